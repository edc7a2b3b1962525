import { systemClock } from '../../../../src/base/clock.ts';
import { TelemetryConfigError } from '../../../../src/base/errors.ts';
import { createOnceLogger } from '../../../../src/base/logger.ts';
import { resolveConfig } from '../../../../src/config/resolve.ts';
import { otlpReaderOf } from '../../../../src/otel/otlp/reader.ts';
import { LogLines } from '../../../support/log-lines.ts';

describe('otlpReaderOf', () => {
  it('says without the value that the exporter refuses the section', () => {
    const { otlp } = resolveConfig('test', { otlp: { enabled: true, protocol: 'grpc' } });
    const context = {
      source: 'test',
      logger: createOnceLogger(new LogLines()),
      clock: systemClock,
      mayPush: () => true,
    };
    let thrown: unknown;
    try {
      otlpReaderOf({ ...otlp, headers: { 'api-key': 'geheim\u00e9' } }, context);
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toBeInstanceOf(TelemetryConfigError);
    expect((thrown as Error).message).toContain('otlp: refused by the exporter, expected headers and certificates');
    expect((thrown as Error).message).not.toContain('geheim');
  });
});
