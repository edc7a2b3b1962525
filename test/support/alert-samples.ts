import type { Alert, AlertNotice } from '../../src/alerts/alert.ts';
import type { ChannelContext } from '../../src/alerts/channels/channel.ts';
import { LogLines } from './log-lines.ts';

/** 2026-01-01, as a fake clock begins. */
export const START_MS = Date.UTC(2026, 0, 1);

/** A firing alert; its name makes its labels and fingerprint unless they are given. */
export function alertOf(name: string, more: Partial<Alert> = {}): Alert {
  return {
    name,
    severity: 'warning',
    state: 'firing',
    startsAtMs: START_MS,
    sinceMs: START_MS,
    isBack: false,
    value: 1520.4,
    threshold: 1000,
    unit: 'ms',
    labels: { alertname: name, severity: 'warning', rule: 'latency', job: 'chat', instance: 'web-1', source: 'app' },
    fingerprint: name,
    summary: 'Latency is high',
    description: 'p95 latency is 1.52 s, above 1 s',
    runbookUrl: `https://example.com/runbooks#${name}`,
    ...more,
  };
}

/** What people are told of {@link alertOf}. */
export function noticeOf(name: string, more: Partial<AlertNotice> = {}): AlertNotice {
  return { ...alertOf(name, more), state: 'firing', repeated: false, ...more };
}

/** A context of channels that keeps what they log and lose. */
export function contextOf(more: Partial<ChannelContext> = {}) {
  const log = new LogLines();
  const lost: string[] = [];
  const context: ChannelContext = {
    logger: log,
    countLost: (channel, count) => lost.push(`${channel} ${count}`),
    source: 'code',
    random: () => 0,
    ...more,
  };
  return { context, log, lost };
}
