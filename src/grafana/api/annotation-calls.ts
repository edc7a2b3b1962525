import { requireTags, requireText } from './arguments.ts';
import { numberField, textField } from './json.ts';
import type { NewAnnotation } from './model.ts';
import type { Call, Transport } from './transport.ts';

/** Annotations of one instant that are looked through. */
const MOST_AT_ONCE = 1000;

/** Makes an annotation, once. */
export async function annotateOnce(transport: Transport, annotation: NewAnnotation): Promise<{ readonly id: number }> {
  const { text, tags, timeMs, timeEndMs, dashboardUid, panelId } = annotation;
  requireText(text, 'what the annotation says');
  requireTags(tags);
  const call: Call = {
    method: 'POST',
    path: ['annotations'],
    body: { text, tags, time: timeMs, timeEnd: timeEndMs, dashboardUID: dashboardUid, panelId },
    needs: 'Editor (annotations:create)',
    isRight: (content) => numberField(content, 'id') !== undefined,
  };
  const atThatTime: Call = {
    method: 'GET',
    path: ['annotations'],
    query: { from: String(timeMs), to: String(timeEndMs ?? timeMs), type: 'annotation', limit: String(MOST_AT_ONCE) },
    needs: 'Viewer (annotations:read)',
    isRight: Array.isArray,
  };
  const idOf = (content: unknown): { id: number } => ({ id: numberField(content, 'id') ?? 0 });
  return transport.once(call, idOf, async (look) => {
    const all = (await look(atThatTime)) as readonly unknown[] | null;
    const own = all?.find((entry) => textField(entry, 'text') === text && numberField(entry, 'time') === timeMs);
    return own === undefined ? undefined : idOf(own);
  });
}
