import type {
  InstallationAnswer,
  InstallationChangeAnswer,
} from '../asking/installation-answers.ts';
import { fieldsText } from './table.ts';
import { instantText } from './time-text.ts';

/** For a person: whether the store has lost data, and what unknown credentials get. */
export function installationText(answer: InstallationAnswer, nowMs: number): string {
  const { on_store_loss: policy, renewed_at: renewedAt, last_loss: loss } = answer;
  return fieldsText([
    ['store', installationWords(answer)],
    ['on_store_loss', policy],
    ['unknown', unknownWords(answer)],
    ...(renewedAt === undefined ? [] : [['marked', instantText(renewedAt, nowMs)] as const]),
    ...(loss === undefined
      ? []
      : [
          ['last loss', `${loss.partitions} of ${answer.partitions} partitions`] as const,
          ['noticed', instantText(loss.noticed_at, nowMs)] as const,
          ['lost', lostWords(loss.kept_until, nowMs)] as const,
        ]),
  ]);
}

/** The same after a change. */
export function installationChangeText(
  { changed, installation }: InstallationChangeAnswer,
  nowMs: number,
): string {
  const count = changed === 1 ? '1 partition' : `${changed} partitions`;
  return fieldsText([['changed', count]]) + installationText(installation, nowMs);
}

/** In one line. */
export function installationWords({ partitions, unmarked, lost }: InstallationAnswer): string {
  if (partitions === 0) return 'in memory: gone with its process';
  if (lost > 0) return `has lost data in ${lost} of ${partitions} partitions`;
  if (unmarked === partitions) return 'new, or has lost everything: no partition is marked';
  if (unmarked > 0) return `${unmarked} of ${partitions} partitions are not marked`;
  return 'whole: every partition is marked';
}

function unknownWords({ partitions, refusing }: InstallationAnswer): string {
  if (refusing === 0) return 'credentials open sessions';
  return refusing === partitions
    ? 'opaque credentials get no verdict'
    : `opaque credentials get no verdict in ${refusing} of ${partitions} partitions`;
}

function lostWords(keptUntil: string | undefined, nowMs: number): string {
  return keptUntil === undefined
    ? 'everything'
    : `what was written since ${instantText(keptUntil, nowMs)}`;
}
