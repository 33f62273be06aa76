import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import type { BuiltProgram } from '../../../tools/built-program.ts';
import { provideGoProgram } from '../../../tools/provide-go-program.ts';
import { provideRustProgram } from '../../../tools/provide-rust-program.ts';
import type { BenchOptions } from '../part.ts';
import { curfewContender, rivalContender } from './contender.ts';
import type { Contender, RivalSettings } from './contender.ts';
import type { TouchScript } from './touch-script.ts';

const TRANSPORTS = ['fast', 'grpc-js'] as const;

/** Curfew, once for each of its transports, or only for the requested one. */
export function curfewContenders({ program, transport }: BenchOptions): readonly Contender[] {
  const help = spawnSync(process.execPath, [program, 'serve', '--help'], { encoding: 'utf8' });
  if (!help.stdout.includes('--transport')) return [curfewContender('Curfew', program, [])];
  return TRANSPORTS.filter((each) => transport === undefined || each === transport).map((each) =>
    curfewContender(`Curfew ${each}`, program, [`--transport=${each}`]),
  );
}

/** The rivals that can be built here, and for each of the others the reason in one line. */
export interface Rivals {
  readonly contenders: readonly Contender[];
  readonly absences: readonly string[];
}

/** The first time this takes minutes, because it compiles. */
export async function buildRivals(script: TouchScript): Promise<Rivals> {
  const folder = (name: string): string => join(import.meta.dirname, name);
  const go = await provideGoProgram('rival-grpc-go', folder('grpc-go'));
  const proto = join(import.meta.dirname, '..', '..', '..', 'proto');
  const rust = await provideRustProgram('curfew-rival-tonic', folder('tonic'), [proto]);
  const contenders: Contender[] = [];
  const absences: string[] = [];
  const add = (name: string, program: BuiltProgram, how: RivalSettings = {}): void => {
    if (program.kind === 'absent') absences.push(`${name} is left out: ${program.why}.`);
    else contenders.push(rivalContender({ name, program, script, ...how }));
  };
  add('Go', go, { env: { GOMAXPROCS: '1' } });
  add('Go tuned', go, {
    args: ['--calls=autopipeline', '--stream-workers=100'],
    env: { GOMAXPROCS: '1', GOGC: '400' },
  });
  add('Rust', rust);
  return { contenders, absences };
}
