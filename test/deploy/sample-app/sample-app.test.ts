import { expect } from 'chai';
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { credentials, makeClientConstructor } from '@grpc/grpc-js';
import type { Client, ClientDuplexStream, ServiceDefinition } from '@grpc/grpc-js';
import { loadSync } from '@grpc/proto-loader';
import { freePort } from '../../support/network/free-port.ts';
import { startSampleApp } from '../../support/processes/sample-app.ts';
import type { SampleApp } from '../../support/processes/sample-app.ts';

const folder = join(import.meta.dirname, '..', '..', '..', 'deploy', 'sample-app');

interface Message {
  readonly text: string;
}

interface Echo extends Client {
  say(message: Message, then: (error: Error | null, answer?: Message) => void): void;
  chat(): ClientDuplexStream<Message, Message>;
}

describe('deploy/sample-app', () => {
  let app: SampleApp;

  before(async () => {
    app = await startSampleApp();
  });

  after(() => app?.stop());

  it('has a health check for its container', async () => {
    const healthcheck = (port: number) => {
      const env = { ...process.env, PORT: String(port) };
      return promisify(execFile)(process.execPath, [join(folder, 'healthcheck.ts')], { env }).then(
        () => true,
        () => false,
      );
    };
    expect(await healthcheck(app.webPort)).to.equal(true);
    expect(await healthcheck(await freePort())).to.equal(false);
  });

  it('returns the messages of clients that are made from echo.proto', async () => {
    const definitions = loadSync(join(folder, 'echo.proto'));
    const service = definitions['curfew.sample.Echo'] as ServiceDefinition;
    const EchoClient = makeClientConstructor(service, 'Echo');
    const address = `127.0.0.1:${app.grpcPort}`;
    const client = new EchoClient(address, credentials.createInsecure()) as unknown as Echo;
    try {
      const answer = await new Promise((resolve, reject) => {
        client.say({ text: 'hello' }, (error, said) => (error ? reject(error) : resolve(said)));
      });
      expect(answer).to.deep.equal({ text: 'hello' });
      const chat = client.chat();
      chat.write({ text: 'again' });
      expect(await once(chat, 'data')).to.deep.equal([{ text: 'again' }]);
      chat.end();
      await once(chat, 'end');
    } finally {
      client.close();
    }
  });
});
