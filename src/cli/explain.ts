import { settingNamed, settingText } from '../app/setting-text.ts';
import type { Environment } from '../app/process-settings.ts';
import { readWholeFile } from '../app/watched-file.ts';
import { explainSelection } from '../policy/explain-selection.ts';
import { parsePolicyFile } from '../policy/parse-policy-file.ts';
import type { CommandIo } from './command-io.ts';
import type { ExplainFlags } from './explain-flags.ts';
import { explanationJson } from './explanation-json.ts';
import { explanationText } from './explanation-text.ts';
import { readExplainRequest } from './explain-request.ts';
import { problemText } from './problem-text.ts';
import { rehearseAnswers } from './rehearse-answers.ts';

/**
 * `curfew explain`: which policy judges a request and why, each limit and where it comes from, and how the answers look.
 * @returns the exit code: 0 when it could be explained, whatever the answer; 2 when usage or policy file are wrong
 */
export async function runExplain(
  flags: ExplainFlags,
  environment: Environment,
  io: CommandIo,
): Promise<number> {
  const facts = readExplainRequest(flags);
  if (!('method' in facts)) {
    for (const problem of facts) io.err(`curfew: ${problem}\n`);
    return 2;
  }
  const { text: path = '' } = settingText(
    settingNamed('config'),
    { config: flags.config },
    environment,
  );
  const reading = await readWholeFile(path);
  if (reading.kind === 'unreadable') {
    io.err(`${reading.why}\n`);
    return 2;
  }
  const parsed = parsePolicyFile(reading.text, path);
  if (parsed.kind === 'problems') {
    for (const problem of parsed.problems) io.err(problemText(problem));
    return 2;
  }
  const explanation = explainSelection(parsed.policies, facts);
  const answers = await rehearseAnswers(parsed.policies, facts);
  const told = { facts, sources: parsed.policies.sources, explanation, answers };
  io.out(flags.json ? explanationJson(told) : explanationText(told));
  return 0;
}
