import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { SCHEMATHESIS } from '../../../tools/test-programs.ts';
import { runCommand } from '../processes/run-command.ts';
import type { CommandAnswer } from '../processes/run-command.ts';
import { pythonPackagesOrSkip } from '../programs/provision-or-skip.ts';

/** With what a request may be refused that does not fit the document: its size counts, too. */
const SETTINGS = `
[checks]
negative_data_rejection.expected-statuses = [400, 401, 403, 404, 405, 413, 415, 431]
`;

/** What an API is asked by. */
export interface FuzzedApi {
  /** Its OpenAPI document, as JSON. */
  readonly document: string;
  readonly url: string;
  /** Allowed to make every call. */
  readonly token: string;
  readonly seed: number;
  /** Requests for each call in each phase. */
  readonly examplesMax: number;
  /** Checks of schemathesis that are left out. */
  readonly without: readonly string[];
}

/** Runs schemathesis, which makes requests from a document and checks the answers by it. */
export type Schemathesis = (api: FuzzedApi) => Promise<CommandAnswer>;

/** For a suite's `before`: without the program its tests are skipped, and fail if CI is set. */
export async function schemathesisOrSkip(context: Mocha.Context): Promise<Schemathesis> {
  const python = await pythonPackagesOrSkip(context, 'schemathesis', [SCHEMATHESIS]);
  return async ({ document, url, token, seed, examplesMax, without }) => {
    const folder = await mkdtemp(join(tmpdir(), 'curfew-schemathesis-'));
    try {
      // The token must not be an argument, which every user of the machine can read.
      const settings = `${SETTINGS}\n[auth.openapi.bearer]\nbearer = "${token}"\n`;
      await writeFile(join(folder, 'schemathesis.toml'), settings, { mode: 0o600 });
      await writeFile(join(folder, 'openapi.json'), document);
      const words = ['--no-color', 'run', 'openapi.json', `--url=${url}`, `--seed=${seed}`];
      const limits = [
        '--phases=examples,coverage,fuzzing',
        `--max-examples=${examplesMax}`,
        `--exclude-checks=${without.join(',')}`,
      ];
      const env = { PATH: process.env['PATH'], HOME: folder };
      return await runCommand(join(dirname(python), 'schemathesis'), [...words, ...limits], {
        cwd: folder,
        env,
      });
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  };
}
