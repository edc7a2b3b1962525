import { BroadcastChannel } from 'node:worker_threads';
import type { Message } from '../../../src/workers/report.ts';
import { acceptThreads } from '../../../src/workers/thread-ports.ts';
import { closeLater, closeLeftovers } from '../../support/leftovers.ts';
import { waitFor } from '../../support/wait-for.ts';

afterEach(closeLeftovers);

/** A channel that threads know by its name; what they post on it reaches all others of the process. */
function channel(name: string): BroadcastChannel {
  const opened = new BroadcastChannel(name);
  closeLater(() => {
    opened.close();
  });
  return opened;
}

/** What the main thread hears of threads, of which the test plays the part: `1 bye`, `2 ended` … in the order in which they came. */
function heardOf(): string[] {
  const heard: string[] = [];
  let count = 0;
  const stop = acceptThreads(() => {
    const number = ++count;
    heard.push(`${number} here`);
    return {
      message: ({ kind }) => void heard.push(`${number} ${kind}`),
      ended: () => void heard.push(`${number} ended`),
    };
  });
  closeLater(stop);
  return heard;
}

const BYE: Message = { kind: 'bye' };

describe('the main thread', () => {
  it('acts on the news of the end of a thread after what the thread has said last', async () => {
    const heard = heardOf();
    const meeting = channel('telemetry-dashboard');
    meeting.postMessage({ here: 7001 });
    await waitFor('it to be taken up', () => heard.includes('1 here'));
    const own = channel('telemetry-dashboard 7001');
    meeting.postMessage({ gone: 7001 });
    own.postMessage(BYE);
    await waitFor('its end', () => heard.includes('1 ended'));
    expect(heard).toEqual(['1 here', '1 bye', '1 ended']);
  });

  it('hears what a thread says before its own end of the way is open', async () => {
    const heard = heardOf();
    channel('telemetry-dashboard').postMessage({ here: 7002, said: [BYE, BYE] });
    await waitFor('it to be heard', () => heard.length >= 3);
    expect(heard).toEqual(['1 here', '1 bye', '1 bye']);
  });

  it('ends with a thread those that it has started, but none that is known to be gone', async () => {
    const heard = heardOf();
    const meeting = channel('telemetry-dashboard');
    for (const id of [7003, 7004, 7005]) meeting.postMessage({ here: id });
    for (const id of [7004, 7005]) meeting.postMessage({ started: id, by: 7003 });
    meeting.postMessage({ gone: 7004 });
    await waitFor('the first end', () => heard.includes('2 ended'));
    // no thread comes again: only so it can be seen that it was forgotten
    meeting.postMessage({ here: 7004 });
    await waitFor('it to be here', () => heard.includes('4 here'));
    meeting.postMessage({ gone: 7003 });
    await waitFor('all to end', () => heard.includes('1 ended'));
    expect(heard.filter((what) => what.endsWith('ended'))).toEqual(['2 ended', '3 ended', '1 ended']);
  });
});
