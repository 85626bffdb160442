/** npm's packages: exactly those of package-lock.json. */

import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { at } from '../lib/paths.mjs';
import { must } from '../lib/run.mjs';
import { step } from '../lib/say.mjs';
import { digest } from '../lib/stamp.mjs';

/** Installs them when they are missing or others than the lock file's. */
export async function ensurePackages() {
  const wanted = digest([at('package-lock.json')]);
  const stamp = at('node_modules', '.installed');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return;
  step("Installing npm's packages");
  await must('npm', ['ci', '--include=dev', '--no-progress'], { remedy: 'npm ci' });
  writeFileSync(stamp, wanted);
}
