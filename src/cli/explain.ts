import { settingNamed, settingText } from '../settings/setting-text.ts';
import type { Environment } from '../settings/process-settings.ts';
import { readWholeFile } from '../files/read-file.ts';
import { explainSelection } from '../policy/explain-selection.ts';
import { parsePolicyFile } from '../policy/parse-policy-file.ts';
import type { CommandIo } from './command-io.ts';
import type { ExplainFlags } from './explain-flags.ts';
import { explanationJson } from './explanation/explanation-json.ts';
import { explanationText } from './explanation/explanation-text.ts';
import { readExplainRequest } from './explain-request.ts';
import { problemText } from './problem-text.ts';
import { rehearseAnswers } from './rehearse-answers.ts';

/**
 * `curfew explain`: which policy judges a request and why, where each limit comes from, and how the answers look.
 * @returns the exit code: 0 when the request could be explained, whatever the answer; 2 when the usage or the policy file is wrong
 */
export async function runExplain(
  flags: ExplainFlags,
  environment: Environment,
  io: CommandIo,
): Promise<number> {
  const facts = await readExplainRequest(flags, io);
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
  const explained = { facts, sources: parsed.policies.sources, explanation, answers };
  io.out(flags.json ? explanationJson(explained) : explanationText(explained));
  return 0;
}
