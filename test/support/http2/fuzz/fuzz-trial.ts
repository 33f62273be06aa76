import { UnaryServer } from '../../../../src/http2/unary-server.ts';
import type { Http2Limits } from '../../../../src/http2/http2-limits.ts';
import { RECORDED_PATH } from './corpus.ts';
import { EchoMethods, NOW_PATH, replyText, type Asked } from '../echo-methods.ts';
import { ERROR_CODE, grpcMessage, PREFACE } from '../frames.ts';
import { isOver, messagesOf, Peer, valueOf } from '../peer.ts';
import type { WireEnd } from '../wire-end.ts';

const ERROR_CODE_MAX = Math.max(...Object.values(ERROR_CODE));
const TURN_MAX_MS = 2_000;
const STREAM_ID_MAX = 0x7fff_ffff;

/** Low enough for short inputs to reach them. */
const LIMITS: Partial<Http2Limits> = {
  streamsMax: 12,
  messageBytesMax: 30_000,
  headerListBytesMax: 8_000,
  headerBlockBytesMax: 12_000,
  replyBytesMax: 100_000,
  requestBytesMax: 100_000,
  streamWindowBytes: 40_000,
  connectionWindowBytes: 80_000,
  settingsBurstMax: 40,
  pingsBurstMax: 40,
  resetsBurstMax: 40,
  emptyDataBurstMax: 20,
  controlBurstMax: 60,
};

/** The result of one input. */
export interface Trial {
  /** What was wrong, as text. Empty: nothing. */
  readonly faults: readonly string[];
  /** How it ended, for a tally that shows how far the inputs reach. */
  readonly outcome: string;
  /** Calls that reached a handler. */
  readonly calls: number;
  /** The server's end of the connection, to check whether it is released. */
  readonly wire: WeakRef<WireEnd>;
}

/**
 * Sends the pieces of an input to a server and checks what it does against what any input may
 * cause. An empty piece means a turn of the event loop. An exception that leaves the server is a
 * fault.
 */
export async function tryInput(pieces: readonly Buffer[]): Promise<Trial> {
  const escaped: string[] = [];
  // Otherwise mocha would end the test and lose the input.
  process.setUncaughtExceptionCaptureCallback((error) => {
    escaped.push(`escaped: ${error.stack}`);
  });
  const trial = new FuzzTrial(escaped);
  try {
    await trial.play(pieces);
    await trial.end();
  } catch (error) {
    trial.faults.push(`thrown: ${error instanceof Error ? error.stack : String(error)}`);
  } finally {
    process.setUncaughtExceptionCaptureCallback(null);
  }
  const { echo, outcome, wire } = trial;
  const faults = [...escaped, ...trial.faults];
  return { faults, outcome, calls: echo.asked.length, wire: new WeakRef(wire) };
}

class FuzzTrial {
  readonly faults: string[] = [];
  readonly echo: EchoMethods = new EchoMethods([RECORDED_PATH]);
  readonly wire: WireEnd;
  outcome = 'none';
  readonly #server: UnaryServer;
  readonly #peer: Peer;

  constructor(escaped: string[]) {
    this.#server = new UnaryServer({
      methods: this.echo.methods,
      limits: LIMITS,
      observer: { handlerFailed: (fault) => escaped.push(`failed: ${String(fault)}`) },
    });
    const { peer, wire } = Peer.inMemory((end) => {
      this.#server.serve(end);
    });
    this.#peer = peer;
    this.wire = wire;
  }

  async play(pieces: readonly Buffer[]): Promise<void> {
    for (const piece of pieces) {
      // oxlint-disable-next-line no-await-in-loop -- a turn of the event loop
      if (piece.length === 0) await new Promise((resolve) => setImmediate(resolve));
      else this.#peer.send(piece);
    }
    await this.#settled();
    for (const asked of this.echo.held) this.echo.answer(asked);
    this.#completeFrame();
    const isAlive = this.#peer.ping();
    await this.#settled();
    this.#judgeState(isAlive());
    if (isAlive() && !this.#peer.isEnded) await this.#callOnce();
    this.#judgeReplies();
    if (this.#speaksHttp2) this.faults.push(...this.#peer.conversation.faults);
  }

  /** Ends the connection, which must release everything. */
  async end(): Promise<void> {
    this.#peer.break();
    await this.#settled();
    for (const { number, given, abandonments } of this.echo.asked) {
      if (given === 'too late' && abandonments <= 1) continue;
      if (given !== undefined && abandonments > 0)
        this.#fault(`call ${number} was answered and abandoned`);
      if (given === undefined && abandonments !== 1) {
        this.#fault(`call ${number} was abandoned ${abandonments} times`);
      }
    }
    for (const asked of this.echo.asked) if (!asked.call.isOver) this.#fault('a call is not over');
    if (this.#server.connectionCount !== 0) this.#fault('the connection is still counted');
    if (!this.wire.destroyed) this.#fault('the connection is not closed');
  }

  /**
   * Completes the client's frame, so that a PING can follow: first its header, then the length it
   * claims.
   */
  #completeFrame(): void {
    const { client } = this.#peer.conversation;
    for (let part = 0; part < 2; part += 1) this.#peer.send(client.completion);
  }

  get #speaksHttp2(): boolean {
    return this.#peer.conversation.client.hasBegun;
  }

  /** The connection must be alive, or have ended properly with a reason. */
  #judgeState(isAlive: boolean): void {
    const { conversation, isEnded } = this.#peer;
    const last = conversation.goaways.at(-1);
    if (!this.#speaksHttp2) {
      this.outcome = isEnded ? 'no HTTP/2' : 'preface';
      const mayWait = conversation.client.beginsLike(PREFACE);
      if (!isEnded && !mayWait) this.#fault('it accepts bytes that are not HTTP/2');
      return;
    }
    if (isEnded) {
      this.outcome = `ended with ${last?.code}`;
      const isReasoned = last !== undefined && last.code <= ERROR_CODE_MAX;
      if (!isReasoned) this.#fault('it ended without a GOAWAY');
      else if (last.code === ERROR_CODE.internalError) this.#fault('INTERNAL_ERROR');
      else if (last.code === 0 && !conversation.client.hasSaidGoodbye) {
        this.#fault('it ended without a reason');
      }
      return;
    }
    this.outcome = 'alive';
    if (!isAlive) this.#fault('it hangs: neither ended nor answering a PING');
    if (conversation.client.isLost) this.#fault('it accepted a frame that is too large');
    if (last !== undefined && last.code !== 0) this.#fault('alive after an error');
  }

  /** A call on a living connection must be answered, whatever happened before. */
  async #callOnce(): Promise<void> {
    const { client } = this.#peer.conversation;
    const streamId = client.highestStreamId + (client.highestStreamId % 2 === 0 ? 1 : 2);
    if (client.hasSaidGoodbye || streamId > STREAM_ID_MAX) return;
    this.#peer.call(streamId, NOW_PATH, 'the last');
    await this.#settled();
    const reply = this.#peer.reply(streamId);
    if (client.windowOf(streamId) < 0 || reply?.resetCode === ERROR_CODE.refusedStream) return;
    if (valueOf(reply, ':status') !== '200') this.#fault('a new call is not answered');
    else if (isOver(reply) && messagesOf(reply)[0]?.endsWith(':the last') !== true) {
      this.#fault('a new call is answered wrongly');
    } else if (!isOver(reply) && client.windowOf(streamId) > 0) {
      this.#fault('the answer to a new call does not end');
    }
  }

  /** The server must send only what a handler gave, and only to the call that it gave it to. */
  #judgeReplies(): void {
    const { client, replies } = this.#peer.conversation;
    const given = new Map(this.echo.asked.map((asked) => [asked.number, asked]));
    for (const [streamId, reply] of replies) {
      const isOk = valueOf(reply, 'grpc-status') === '0';
      const whole = wholeMessages(reply.body);
      for (const message of whole) {
        const number = Number(message.slice(0, message.indexOf(':')));
        const asked = given.get(number);
        const request = client.requestOn(streamId);
        if (asked === undefined || !isGivenTo(asked, message)) {
          this.#fault(
            `stream ${streamId} got ${JSON.stringify(message.slice(0, 60))}, which no handler gave`,
          );
        } else if (request?.equals(grpcMessage(Buffer.from(asked.message, 'latin1'))) !== true) {
          this.#fault(`stream ${streamId} got the answer to another question`);
        }
        // A call is answered once. All messages of a server stream are on one stream.
        if (asked?.given === 'reply') given.delete(number);
      }
      if (isOk && whole.length === 0) this.#fault(`stream ${streamId} got OK without a message`);
    }
  }

  async #settled(): Promise<void> {
    const startedAtMs = performance.now();
    await this.#peer.settled();
    if (performance.now() - startedAtMs > TURN_MAX_MS) this.#fault('it took too long');
  }

  #fault(what: string): void {
    this.faults.push(what);
  }
}

function isGivenTo(asked: Asked, message: string): boolean {
  if (asked.given === 'reply') return message === replyText(asked);
  return asked.path.endsWith('Watch') && /^\d+:(first|second)$/.test(message);
}

/**
 * The messages of a body. It may end inside one, if the client's window was too small for the rest.
 */
function wholeMessages(body: Buffer): string[] {
  const messages: string[] = [];
  for (let at = 0; at + 5 <= body.length;) {
    const end = at + 5 + body.readUInt32BE(at + 1);
    if (end > body.length) break;
    messages.push(body.toString('latin1', at + 5, end));
    at = end;
  }
  return messages;
}
