import type { Socket } from 'node:net';
import { connect, isIP } from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { TlsMaterial } from '../../../base/tls-material.ts';

/** Where a mail server is. */
export interface SmtpAddress {
  readonly host: string;
  readonly port: number;
  /** Whether TLS comes before the greeting. */
  readonly secure: boolean;
  readonly tls: TlsMaterial;
  /** From the beginning to the first byte of the greeting, in ms. */
  readonly timeoutMs: number;
  /** Gives it up. */
  readonly signal: AbortSignal;
}

/**
 * Connects to a mail server and waits for its greeting, which is left to be read. Neither the socket nor the waiting keeps the
 * process alive; only the look-up of a host name does, as long as the system's resolver takes.
 *
 * @throws Error (as a rejection) where there is no greeting
 */
export function connectSmtp({ host, port, secure, tls, timeoutMs, signal }: SmtpAddress): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket: Socket = secure
      ? connectTls({ host, port, ...(isIP(host) === 0 && { servername: host }), ...tls })
      : connect({ host, port });
    const release = (): void => void socket.unref();
    release();
    // each address of a host is tried on a handle of its own
    socket.on('connectionAttempt', release).on('connect', release);

    const settle = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', abort);
      socket.off('error', fail).off('close', close).off('readable', greet);
    };
    const fail = (error: Error): void => {
      settle();
      socket.destroy();
      reject(error);
    };
    const close = (): void => fail(new Error('the connection was closed before a greeting'));
    const abort = (): void => fail(new Error('given up'));
    const greet = (): void => {
      if (socket.readableLength === 0) return;
      settle();
      // the stream gives up its `readable` mode with the next tick, and the taker wants to hear `data`
      setImmediate(() => resolve(socket));
    };
    const timer = setTimeout(() => fail(new Error(`no greeting within ${timeoutMs} ms`)), timeoutMs).unref();
    signal.addEventListener('abort', abort);
    // stays on: an error between two takers, or while it is torn down, must not end the process
    socket.on('error', () => undefined);
    socket.on('error', fail).on('close', close).on('readable', greet);
  });
}
