// Bundles the chat page into wwwroot/assets and refuses a bundle that grew too big to be sent before the first word.
import { build } from 'esbuild';
import { mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';

const BUDGET = 60 * 1024;

const here = dirname(fileURLToPath(import.meta.url));
const out = process.argv[2] ?? join(here, '../../../wwwroot/assets');

// Chunk names carry a hash, so those of an earlier build would stay for ever.
rmSync(out, { recursive: true, force: true });
mkdirSync(out, { recursive: true });

const { metafile } = await build({
  absWorkingDir: here,
  entryPoints: { chat: 'src/page.ts' },
  outdir: out,
  bundle: true,
  splitting: true,
  format: 'esm',
  target: ['es2022', 'chrome109', 'firefox115', 'safari16.4'],
  minify: true,
  legalComments: 'none',
  chunkNames: '[name]-[hash]',
  metafile: true,
  logLevel: 'warning',
});

const size = path => gzipSync(readFileSync(path), { level: 9 }).length;
const kib = bytes => `${(bytes / 1024).toFixed(1)} KiB`;

// What the browser fetches before the first word: the entry and everything it imports statically.
const outputs = new Map(Object.entries(metafile.outputs));
const entry = [...outputs].find(([, o]) => o.entryPoint === 'src/page.ts')[0];
const eager = new Set();
const visit = path => {
  if (eager.has(path)) return;
  eager.add(path);
  for (const i of outputs.get(path).imports) if (i.kind === 'import-statement') visit(i.path);
};
visit(entry);

let total = 0;
for (const path of outputs.keys()) {
  const bytes = size(join(here, path));
  if (eager.has(path)) total += bytes;
  console.log(`  ${relative(out, join(here, path))}: ${kib(bytes)} gzip${eager.has(path) ? '' : ', lazy'}`);
}

if (total > BUDGET) {
  console.error(`build.mjs: error: the chat page is ${kib(total)} gzip, more than its budget of ${kib(BUDGET)}.`);
  process.exit(1);
}
console.log(`  chat page: ${kib(total)} gzip of ${kib(BUDGET)}`);

// The bundled libraries ask for their notices to travel with them.
const notices = readdirSync(join(here, 'node_modules'), { withFileTypes: true })
  .flatMap(d => (d.name.startsWith('@') ? readdirSync(join(here, 'node_modules', d.name)).map(n => `${d.name}/${n}`) : [d.name]))
  .filter(name => Object.keys(metafile.inputs).some(path => path.startsWith(`node_modules/${name}/`)))
  .map(name => {
    const folder = join(here, 'node_modules', name);
    const { version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
    const file = readdirSync(folder).find(f => /^licen[cs]e/i.test(f));
    const text = file ? readFileSync(join(folder, file), 'utf8').trim() : '';
    return `${name} ${version} (${license})\n\n${text}\n`;
  });
writeFileSync(join(out, 'licenses.txt'), notices.join(`\n${'-'.repeat(80)}\n\n`));
