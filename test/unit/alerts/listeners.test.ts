import type { AlertNotice } from '../../../src/alerts/alert.ts';
import { AlertListeners } from '../../../src/alerts/listeners.ts';
import { LogLines } from '../../support/log-lines.ts';
import { waitFor } from '../../support/wait-for.ts';

const notices = ['one', 'two'].map((name) => ({ name }) as AlertNotice);

describe('AlertListeners', () => {
  it('calls each listener with each notice, until it is removed', () => {
    const listeners = new AlertListeners(new LogLines());
    const heard: string[] = [];
    const first = ({ name }: AlertNotice): unknown => heard.push(`first ${name}`);
    listeners.add('alert', first);
    listeners.add('alert', ({ name }) => heard.push(`second ${name}`));
    listeners.notify(notices);
    expect(heard).toEqual(['first one', 'second one', 'first two', 'second two']);
    listeners.remove('alert', first);
    listeners.remove('alert', first);
    listeners.notify(notices.slice(0, 1));
    expect(heard.slice(4)).toEqual(['second one']);
  });

  it('calls the others in spite of one that throws or rejects, and logs what it threw', async () => {
    const log = new LogLines();
    const listeners = new AlertListeners(log);
    const heard: string[] = [];
    listeners.add('alert', () => {
      throw new Error('thrown');
    });
    listeners.add('alert', () => Promise.reject(new Error('rejected')));
    listeners.add('alert', ({ name }) => heard.push(name));
    listeners.notify(notices.slice(0, 1));
    expect(heard).toEqual(['one']);
    await waitFor('both log lines', () => log.lines.length === 2);
    expect(log.lines).toEqual([
      "error a listener of 'alert' failed: Error: thrown",
      "error a listener of 'alert' failed: Error: rejected",
    ]);
  });

  it('lets a listener remove itself while it is called', () => {
    const listeners = new AlertListeners(new LogLines());
    const heard: string[] = [];
    const once = ({ name }: AlertNotice): void => {
      heard.push(name);
      listeners.remove('alert', once);
    };
    listeners.add('alert', once);
    listeners.add('alert', () => heard.push('other'));
    listeners.notify(notices);
    expect(heard).toEqual(['one', 'other', 'other']);
  });

  it('refuses what is no listener and no event', () => {
    const listeners = new AlertListeners(new LogLines());
    expect(() => listeners.add('alert', 'no' as never)).toThrow('a listener is a function');
    expect(() => listeners.add('alarm' as never, () => undefined)).toThrow(
      "there is only the event 'alert', not alarm",
    );
  });
});
