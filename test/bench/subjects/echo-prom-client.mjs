import promClient from 'prom-client';

const { Counter, Histogram } = promClient;
const labelNames = ['direction', 'type'];
const messages = new Counter({ name: 'ws_messages', help: 'messages', labelNames });
const bytes = new Counter({ name: 'ws_bytes', help: 'bytes', labelNames });
const buckets = Array.from({ length: 10 }, (_, n) => 64 * 4 ** n);
const sizes = new Histogram({ name: 'ws_size', help: 'size', labelNames: ['direction'], buckets });

const children = new Map();
for (const direction of ['receive', 'transmit']) {
  for (const type of ['text', 'binary']) {
    children.set(`${direction} ${type}`, {
      messages: messages.labels(direction, type),
      bytes: bytes.labels(direction, type),
      size: sizes.labels(direction),
    });
  }
}
const receivedText = children.get('receive text');
const receivedBinary = children.get('receive binary');
const sentText = children.get('transmit text');
const sentBinary = children.get('transmit binary');

export function record(direction, type, length) {
  const text = type === 'text';
  const child = direction === 'receive' ? (text ? receivedText : receivedBinary) : text ? sentText : sentBinary;
  child.messages.inc();
  child.bytes.inc(length);
  child.size.observe(length);
}
