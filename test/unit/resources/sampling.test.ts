import { HostSampler } from '../../../src/resources/host-sampler.ts';
import { Sampling } from '../../../src/resources/sampling.ts';
import { createRecording } from '../../support/recording.ts';

beforeEach(() => jest.useFakeTimers());
afterEach(() => jest.useRealTimers());

describe('Sampling', () => {
  it('goes on in another rhythm, in that one alone, and ends', () => {
    let samples = 0;
    const sampling = new Sampling(createRecording().recorder, () => samples++);
    const during = (ms: number): number => {
      const before = samples;
      jest.advanceTimersByTime(ms);
      return samples - before;
    };
    sampling.configure(10);
    expect(during(1000)).toBe(100);
    sampling.configure(100);
    expect(during(1000)).toBe(10);
    sampling.configure(100);
    expect(during(1000)).toBe(10);
    sampling.close();
    expect([during(1000), jest.getTimerCount()]).toEqual([0, 0]);
  });

  it('asks the host no more often than once a second', () => {
    const sample = jest.spyOn(HostSampler.prototype, 'sample');
    const sampling = new Sampling(createRecording().recorder, () => undefined);
    sample.mockClear();
    sampling.configure(10);
    jest.advanceTimersByTime(5000);
    sampling.configure(2500);
    jest.advanceTimersByTime(5000);
    expect(sample).toHaveBeenCalledTimes(5 + 2);
    sampling.close();
    sample.mockRestore();
  });
});
