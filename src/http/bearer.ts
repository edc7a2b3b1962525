import { createHash, timingSafeEqual } from 'node:crypto';
import type { RequestHandler } from './server.ts';
import { end } from './server.ts';

/** Lets only requests with `Authorization: Bearer <token>` through to `handler`; the others get a 401. */
export function requireBearer(token: string, handler: RequestHandler): RequestHandler {
  const expected = digest(token);
  return (request, response) => {
    const [, given = ''] = /^Bearer +(.+)$/i.exec(request.headers.authorization ?? '') ?? [];
    // digests have one length, so the comparison tells nothing of the token's
    if (timingSafeEqual(digest(given), expected)) return handler(request, response);
    response.setHeader('www-authenticate', 'Bearer realm="telemetry-dashboard"');
    end(response, 401, 'Unauthorized\n');
  };
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
