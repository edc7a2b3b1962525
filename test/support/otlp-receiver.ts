import { createServer } from 'node:http';
import type { IncomingHttpHeaders, RequestListener, Server, ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { ServerOptions } from 'node:https';
import type { AddressInfo } from 'node:net';
import { gunzipSync } from 'node:zlib';
import { Metadata, Server as GrpcServer, ServerCredentials } from '@grpc/grpc-js';
import type { ServiceDefinition, UntypedServiceImplementation, sendUnaryData, ServerUnaryCall } from '@grpc/grpc-js';
import { closeLater } from './leftovers.ts';
import { fromJson, fromProtobuf } from './otlp-message.ts';
import type { OtlpMessage } from './otlp-message.ts';
import { waitFor } from './wait-for.ts';

/** One push, and how it came. */
export interface Push extends OtlpMessage {
  readonly headers: IncomingHttpHeaders;
  /** Of the target; empty for gRPC. */
  readonly path: string;
}

/** Takes OTLP metrics on loopback and keeps them. It goes with the test's leftovers. */
export class OtlpReceiver {
  readonly pushes: readonly Push[];
  /** Origin: `http://127.0.0.1:4318`. */
  readonly url: string;
  /** Ends it: nobody listens there then. */
  readonly close: () => Promise<void>;

  private constructor(pushes: readonly Push[], url: string, close: () => Promise<void>) {
    this.pushes = pushes;
    this.url = url;
    this.close = close;
    closeLater(close);
  }

  /** Of the n-th push, from 1, once it is there. */
  async push(number: number): Promise<Push> {
    return waitFor(`push ${number}`, () => this.pushes[number - 1], 10_000);
  }

  /** The first push that fits. */
  async pushWith(what: string, fits: (push: Push) => boolean): Promise<Push> {
    return waitFor(`a push ${what}`, () => this.pushes.find(fits), 10_000);
  }

  /**
   * Over HTTP, protobuf and JSON.
   *
   * @param respond answers a push once it is read; one that does nothing hangs
   */
  static async http({
    tls,
    port = 0,
    respond = (response: ServerResponse) => response.end(),
  }: {
    readonly tls?: ServerOptions;
    readonly port?: number;
    readonly respond?: (response: ServerResponse, push: Push) => void;
  } = {}): Promise<OtlpReceiver> {
    const pushes: Push[] = [];
    const listener: RequestListener = (request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('error', () => undefined);
      request.on('end', () => {
        const { headers, url: path = '' } = request;
        const body = Buffer.concat(chunks);
        const bytes = headers['content-encoding'] === 'gzip' ? gunzipSync(body) : body;
        const isJson = headers['content-type'] === 'application/json';
        const push = { headers, path, ...(isJson ? fromJson(bytes.toString('utf8')) : fromProtobuf(bytes)) };
        pushes.push(push);
        respond(response, push);
      });
    };
    const server: Server = tls ? createTlsServer(tls, listener) : createServer(listener);
    server.on('clientError', (_, socket) => socket.destroy());
    await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
    return new OtlpReceiver(
      pushes,
      `${tls ? 'https' : 'http'}://127.0.0.1:${(server.address() as AddressInfo).port}`,
      async () => {
        const closed = new Promise((resolve) => server.close(resolve));
        server.closeAllConnections();
        await closed;
      },
    );
  }

  /**
   * Over gRPC.
   *
   * @param delayMs before a push is answered
   * @param respond null hangs, an error refuses
   */
  static async grpc({
    tls,
    delayMs = 0,
    respond = () => undefined,
  }: {
    readonly tls?: { readonly ca: Buffer | null; readonly key: string; readonly cert: string };
    readonly delayMs?: number;
    readonly respond?: (push: Push) => { readonly code: number; readonly details: string } | null | undefined;
  } = {}): Promise<OtlpReceiver> {
    const pushes: Push[] = [];
    const server = new GrpcServer();
    const pass = (bytes: Buffer): Buffer => bytes;
    const service: ServiceDefinition = {
      export: {
        path: '/opentelemetry.proto.collector.metrics.v1.MetricsService/Export',
        requestStream: false,
        responseStream: false,
        requestSerialize: pass,
        requestDeserialize: pass,
        responseSerialize: pass,
        responseDeserialize: pass,
      },
    };
    const implementation: UntypedServiceImplementation = {
      export: (call: ServerUnaryCall<Buffer, Buffer>, done: sendUnaryData<Buffer>) => {
        const headers = Object.fromEntries(
          Object.entries(call.metadata.getMap()).map(([name, value]) => [name, String(value)]),
        );
        const push = { headers, path: '', ...fromProtobuf(call.request) };
        pushes.push(push);
        const refusal = respond(push);
        if (refusal === null) return;
        if (refusal) done({ ...refusal, metadata: new Metadata() });
        else setTimeout(() => done(null, Buffer.alloc(0)), delayMs);
      },
    };
    server.addService(service, implementation);
    const credentials = tls
      ? ServerCredentials.createSsl(
          tls.ca,
          [{ private_key: Buffer.from(tls.key), cert_chain: Buffer.from(tls.cert) }],
          tls.ca !== null,
        )
      : ServerCredentials.createInsecure();
    const port = await new Promise<number>((resolve, reject) => {
      server.bindAsync('127.0.0.1:0', credentials, (error, bound) => (error ? reject(error) : resolve(bound)));
    });
    return new OtlpReceiver(pushes, `${tls ? 'https' : 'http'}://127.0.0.1:${port}`, () => {
      server.forceShutdown();
      return Promise.resolve();
    });
  }
}
