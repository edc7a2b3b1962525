import { wrapMethod } from '../wrap.ts';
import type { Frame } from './frame.ts';
import type { MessageObserver } from './message-observer.ts';

/**
 * Has an observer told of every frame that the senders with this prototype write.
 *
 * @param observing whether it is to be told
 * @returns how to put everything back
 */
export function patchSender(
  prototype: object,
  messages: MessageObserver,
  observing: { readonly on: boolean },
): () => void {
  return wrapMethod(prototype, 'sendFrame', (original) => ({
    method(this: object, frame: Frame) {
      if (observing.on) messages.frameSent(this, frame);
      // eslint-disable-next-line prefer-rest-params -- their number is part of what ws does
      return original.method.apply(this, arguments as never);
    },
  }));
}
