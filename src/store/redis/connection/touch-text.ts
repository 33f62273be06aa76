import type { SourceRule, TouchRequest, TouchRule } from '../../../session/session-store.ts';
import type { Capabilities } from '../../capabilities.ts';
import { askedSubject, isUnmarked, touchWords } from '../script-words.ts';
import {
  PARTITION_COUNT,
  partitionIndex,
  partitionKeys,
  SESSION_KEY_LENGTH,
} from '../store-keys.ts';
import { respWord } from '../wire/resp.ts';
import type { Script } from '../wire/script.ts';

/** Arguments of `touch.lua`, the nonce included, without a subject. */
const ARGUMENTS = 9;

/** The constant parts of a partition's touches: before the session key, and after it. */
interface ConstantParts {
  readonly beforeKey: string;
  readonly afterKey: string;
}

type RuleTexts = WeakMap<SourceRule, WeakMap<TouchRule, string>>;

/** Spells touches for the wire from prepared parts: only the key and the nonce are new in each. */
export class TouchText {
  readonly #partitions: readonly ConstantParts[];
  /** For touches that name a subject. */
  readonly #withSubject: readonly ConstantParts[];
  readonly #capabilities: Capabilities;
  /** The text after the nonce. Rules change with the configuration only. */
  readonly #rules: RuleTexts = new WeakMap();
  /** The same for rules that challenge, while their mark must not be written. */
  readonly #unmarked: RuleTexts = new WeakMap();

  constructor(touch: Script, capabilities: Capabilities) {
    this.#capabilities = capabilities;
    this.#partitions = constantParts(touch.head(ARGUMENTS));
    this.#withSubject = constantParts(touch.head(ARGUMENTS + 1));
  }

  /** The whole command. @throws {TypeError} for a key or a rule that must not reach the store */
  of(request: TouchRequest, noncePrefix: string, nonce: number): string {
    const { key } = request;
    const subject =
      request.subject === undefined ? undefined : askedSubject(request, this.#capabilities);
    const partitions = subject === undefined ? this.#partitions : this.#withSubject;
    const parts = partitions[partitionIndex(key)];
    if (parts === undefined) throw new RangeError('there is no such partition');
    const echo = noncePrefix + nonce;
    const text = `${parts.beforeKey}${key}${parts.afterKey}$${echo.length}\r\n${echo}${this.#ruleOf(request)}`;
    return subject === undefined ? text : `${text}$${subject.length}\r\n${subject}\r\n`;
  }

  #ruleOf(request: TouchRequest): string {
    const { rule, source } = request;
    const texts = isUnmarked(rule, this.#capabilities) ? this.#unmarked : this.#rules;
    let rules = texts.get(source);
    if (rules === undefined) {
      rules = new WeakMap();
      texts.set(source, rules);
    }
    let text = rules.get(rule);
    if (text === undefined) {
      text = `\r\n${touchWords(request, this.#capabilities).map(respWord).join('')}`;
      rules.set(rule, text);
    }
    return text;
  }
}

function constantParts(head: string): readonly ConstantParts[] {
  return Array.from({ length: PARTITION_COUNT }, (_, index) => {
    const { deadlines, events, session } = partitionKeys(index);
    const prefix = session('');
    return {
      beforeKey: `${head}$${prefix.length + SESSION_KEY_LENGTH}\r\n${prefix}`,
      afterKey: `\r\n${respWord(deadlines)}${respWord(events)}`,
    };
  });
}
