import { execFile } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { buildCache } from '../../../tools/built-program.ts';
import { provideDebianProgram } from '../../../tools/debian-program.ts';
import type { Parser } from './parsers.ts';
import { FILES } from './site.ts';

/** Where the programs of each language are installed. */
export interface Installed {
  /** The programs as they are in the repository. */
  readonly programs: string;
  /** The folder of static files. */
  readonly site: string;
  readonly node: string;
  readonly go: string;
  /** The folder of the virtual environment's programs. */
  readonly python: string;
  readonly java: string;
  /** Writes the configuration for a port, and returns its path. */
  nginx(port: string): string;
}

const run = promisify(execFile);
const programs = join(import.meta.dirname, 'programs');
const folder = join(buildCache, 'outside', 'readings');

const INSTALLED: Installed = {
  programs,
  site: join(folder, 'site'),
  node: join(folder, 'node'),
  go: join(folder, 'go-site'),
  python: join(folder, 'python', 'bin'),
  java: join(folder, 'java'),
  nginx: writeNginxConfig,
};

/** Waits where apt-get itself would fail because another process holds a lock. */
const APT_GET = join(import.meta.dirname, '..', '..', '..', 'tools', 'apt-get.sh');
/** Libraries of Ruby, which have no program by which they could be found on PATH. */
const RUBY_LIBRARIES = ['ruby-webrick', 'ruby-sinatra', 'ruby-actionpack', 'ruby-railties'];
const REQUIRE_LIBRARIES =
  "require 'webrick'; require 'sinatra/base'; require 'action_controller/railtie'; exit!";

/** Installs what the programs of these languages need, by the package managers of the languages. */
export async function install(languages: ReadonlySet<Parser['language']>): Promise<Installed> {
  writeSite();
  const { node, go, python, java } = INSTALLED;
  if (languages.has('node')) {
    cpSync(join(programs, 'node'), node, { recursive: true });
    await run('npm', ['install', '--ignore-scripts', '--no-audit', '--no-fund'], { cwd: node });
  }
  if (languages.has('go')) {
    await run('go', ['build', '-o', go, '.'], { cwd: join(programs, 'go') });
  }
  if (languages.has('python')) {
    if (!existsSync(python)) {
      await run(process.env['PYTHON'] ?? 'python3', ['-m', 'venv', dirname(python)]);
    }
    const requirements = join(programs, 'python', 'requirements.txt');
    await run(join(python, 'pip'), ['install', '--quiet', '--requirement', requirements]);
  }
  if (languages.has('java')) {
    const goals = ['compile', 'dependency:copy-dependencies'];
    const folders = [`-Dbuild.folder=${java}`, `-DoutputDirectory=${join(java, 'libraries')}`];
    await run('mvn', ['-q', '-f', join(programs, 'java', 'pom.xml'), ...folders, ...goals]);
  }
  if (languages.has('php')) await provide('php', 'php8.2-cli');
  if (languages.has('nginx')) await provide('nginx', 'nginx-light');
  if (languages.has('ruby')) await provideRuby();
  return INSTALLED;
}

async function provide(program: string, debianPackage: string): Promise<void> {
  const path = await provideDebianProgram(program, debianPackage);
  if (path === undefined) throw new Error(`${debianPackage} cannot be installed`);
}

async function provideRuby(): Promise<void> {
  await provide('puma', 'puma');
  await provide('rackup', 'ruby-rack');
  try {
    await run('ruby', ['-e', REQUIRE_LIBRARIES]);
  } catch {
    await run(APT_GET, ['install', '-y', '-qq', '--no-install-recommends', ...RUBY_LIBRARIES]);
  }
}

function writeSite(): void {
  rmSync(INSTALLED.site, { recursive: true, force: true });
  for (const file of FILES) {
    const path = join(INSTALLED.site, file);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, `${file}\n`);
  }
}

function writeNginxConfig(port: string): string {
  const scratch = join(folder, 'nginx');
  mkdirSync(scratch, { recursive: true });
  const written = readFileSync(join(programs, 'nginx', 'nginx.conf'), 'utf8');
  const path = join(scratch, 'nginx.conf');
  writeFileSync(path, written.replaceAll('PORT', port).replaceAll('FOLDER', scratch));
  return path;
}
