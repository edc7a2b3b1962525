import type { AlertNotice } from '../../alert.ts';
import { factsOf, headline } from './mail-facts.ts';

const COLOURS = { critical: '#b42318', warning: '#b54708', resolved: '#067647' };

/** The mail for those who read HTML. Styles stand at the elements and the layout is one column: mail programs keep little else. */
export function htmlOf(firing: readonly AlertNotice[], resolved: readonly AlertNotice[]): string {
  const worst = firing.some(({ severity }) => severity === 'critical') ? 'critical' : 'warning';
  const colour = COLOURS[firing.length > 0 ? worst : 'resolved'];
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escape(headline(firing.length, resolved.length))}</title>
</head>
<body style="margin:0;padding:16px;background:#f2f4f7;color:#101828;font:15px/1.5 system-ui,-apple-system,'Segoe UI',Roboto,Arial,sans-serif">
<div style="max-width:600px;margin:0 auto">
<h1 style="margin:0 0 16px;padding:14px 18px;border-radius:6px;background:${colour};color:#ffffff;font-size:18px;line-height:1.3">${escape(headline(firing.length, resolved.length))}</h1>
${section('Firing', firing)}${section('Resolved', resolved)}</div>
</body>
</html>
`;
}

function section(title: string, notices: readonly AlertNotice[]): string {
  if (notices.length === 0) return '';
  return `<h2 style="margin:20px 0 8px;font-size:14px;color:#475467">${title}</h2>\n${notices.map(card).join('')}`;
}

function card(notice: AlertNotice): string {
  const { name, severity, state, summary, description, runbookUrl } = notice;
  const colour = COLOURS[state === 'resolved' ? 'resolved' : severity];
  const facts = factsOf(notice)
    .map(
      ([fact, text]) =>
        `<p style="margin:2px 0;font-size:13px;overflow-wrap:anywhere"><span style="color:#667085">${escape(fact)}:</span> ${escape(text)}</p>\n`,
    )
    .join('');
  return `<div style="margin:0 0 12px;padding:12px 16px;background:#ffffff;border:1px solid #e4e7ec;border-left:4px solid ${colour};border-radius:6px">
<p style="margin:0;font-weight:600;overflow-wrap:anywhere">${escape(name)} <span style="color:${colour};font-weight:400">${severity}</span></p>
<p style="margin:2px 0 6px;overflow-wrap:anywhere">${escape(description === '' ? summary : description)}</p>
${facts}${runbook(runbookUrl)}</div>
`;
}

function runbook(url: string): string {
  if (url === '') return '';
  // anything else, such as javascript:, is shown and leads nowhere
  const shown = /^https?:\/\//i.test(url)
    ? `<a href="${escape(url)}" style="color:#175cd3">What to do</a>`
    : escape(url);
  return `<p style="margin:8px 0 0;font-size:13px;overflow-wrap:anywhere">${shown}</p>\n`;
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

function escape(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? character);
}
