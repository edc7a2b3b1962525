import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { run } from '../support/child-process.ts';

const CHROMIUM = process.env['CHROMIUM'] ?? '/usr/bin/chromium';

/** As in Grafana: a row of the grid, and the gap below it. */
const GRID_ROW_PX = 38;
const HEADER_PX = 48;

/**
 * Takes a picture of a page with Chromium.
 *
 * @param picture its name tells the format: `.png`, `.webp`
 * @returns its height in pixels
 */
export async function takePicture(page: string, picture: string, widthPx: number, gridRows: number): Promise<number> {
  const profile = mkdtempSync(join(tmpdir(), 'telemetry-dashboard-chromium-'));
  const heightPx = gridRows * GRID_ROW_PX + HEADER_PX;
  try {
    await run(CHROMIUM, [
      ...['--headless', '--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking'],
      ...[`--user-data-dir=${profile}`, '--allow-file-access-from-files', '--hide-scrollbars'],
      ...[`--window-size=${widthPx},${heightPx}`, `--screenshot=${picture}`, '--virtual-time-budget=5000'],
      pathToFileURL(page).href,
    ]);
  } finally {
    rmSync(profile, { recursive: true, force: true, maxRetries: 3 });
  }
  return heightPx;
}
