// The last step of the build: tsc emits only JavaScript, and the Lua scripts must be beside the code
// that loads them.

import { chmodSync, cpSync, existsSync } from 'node:fs';
import { extname, join } from 'node:path';

const root = join(import.meta.dirname, '..');

cpSync(join(root, 'src', 'store'), join(root, 'dist', 'store'), {
  recursive: true,
  filter: (source) => ['', '.lua'].includes(extname(source)),
});
const main = join(root, 'dist', 'main.js');
if (existsSync(main)) chmodSync(main, 0o755);
