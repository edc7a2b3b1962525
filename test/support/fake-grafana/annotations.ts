import { Refusal, ok } from './reply.ts';
import type { Reply } from './reply.ts';
import type { FakeRequest, Json } from './request.ts';

/** The annotations of the stand-in. */
export class FakeAnnotations {
  readonly all: Json[] = [];

  /** R: fields and answer. U: 400 without a text. */
  create({ body, login }: FakeRequest): Reply {
    const { text, tags = [], time = Date.now(), timeEnd = time, dashboardUID = '', panelId = 0 } = body;
    if (typeof text !== 'string' || text === '') throw new Refusal(400, 'Failed to save annotation: text is empty');
    const id = this.all.length + 1;
    this.all.push({ id, text, tags, time, timeEnd, dashboardUID, panelId, login });
    return ok({ message: 'Annotation added', id });
  }

  /** R: the parameters. U: that a region counts where it overlaps. */
  list(query: URLSearchParams): Reply {
    const from = Number(query.get('from') ?? 0);
    const to = Number(query.get('to') ?? Infinity);
    const tags = query.getAll('tags');
    const found = this.all.filter(
      (entry) =>
        Number(entry['time']) <= to &&
        Number(entry['timeEnd']) >= from &&
        tags.every((tag) => (entry['tags'] as string[]).includes(tag)),
    );
    return ok(found.slice(0, Number(query.get('limit') ?? 100)));
  }
}
