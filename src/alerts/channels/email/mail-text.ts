import { oneLine } from '../../../base/one-line.ts';
import type { AlertNotice } from '../../alert.ts';
import { factsOf, headline } from './mail-facts.ts';

/** The mail for those who read plain text. */
export function textOf(firing: readonly AlertNotice[], resolved: readonly AlertNotice[]): string {
  const sections = [section('FIRING', firing), section('RESOLVED', resolved)];
  return [headline(firing.length, resolved.length), ...sections.filter((text) => text !== '')].join('\n\n') + '\n';
}

function section(title: string, notices: readonly AlertNotice[]): string {
  return notices.length === 0 ? '' : [title, ...notices.map(paragraph)].join('\n\n');
}

function paragraph(notice: AlertNotice): string {
  const facts = factsOf(notice).map(([name, text]) => `  ${name}: ${text}`);
  return [
    `${oneLine(notice.name)} (${notice.severity}): ${oneLine(notice.summary)}`,
    ...(notice.description === '' ? [] : [`  ${oneLine(notice.description, 1000)}`]),
    ...facts,
    ...(notice.runbookUrl === '' ? [] : [`  What to do: ${oneLine(notice.runbookUrl, 1000)}`]),
  ].join('\n');
}
