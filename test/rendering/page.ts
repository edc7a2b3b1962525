import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { DrawnDashboard } from './rendering.ts';

const UPLOT = require.resolve('uplot/dist/uPlot.iife.min.js');
const STYLES = [join(__dirname, 'page', 'page.css'), require.resolve('uplot/dist/uPlot.min.css')];
const SCRIPT = pathToFileURL(join(__dirname, 'page', 'draw.mjs')).href;

/** Writes the page of a dashboard, with its data in it. @returns the file */
export function writePage(file: string, dashboard: DrawnDashboard): string {
  const styles = STYLES.map((style) => `<style>${readFileSync(style, 'utf8')}</style>`).join('');
  const data = JSON.stringify(dashboard).replace(/</g, '\\u003c');
  writeFileSync(
    file,
    `<!doctype html><html lang="en"><meta charset="utf-8"><title></title>${styles}<body><main></main>` +
      `<script>${readFileSync(UPLOT, 'utf8')}</script><script>window.dashboard = ${data};</script>` +
      `<script type="module" src="${SCRIPT}"></script></body></html>`,
  );
  return file;
}
