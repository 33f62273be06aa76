// A client of the proxy: requests one path at a fixed rate. Its only argument is the plan as JSON; it prints the
// LoadResult as one line of JSON.

import { Agent } from 'node:http';
import { httpCall } from '../../support/clients/http-call.ts';
import { sendLoad } from '../load/send-load.ts';
import { CLIENT_SESSIONS } from './proxy-load.ts';
import type { ProxyPlan } from './proxy-load.ts';
import { COOKIE_NAME, credentialOf } from '../workload.ts';

const { port, path, pace } = JSON.parse(process.argv[2] ?? '') as ProxyPlan;
const agent = new Agent({ keepAlive: true });
let asked = 0;
const result = await sendLoad((answered) => {
  asked += 1;
  const headers = [['cookie', `${COOKIE_NAME}=${credentialOf(asked % CLIENT_SESSIONS)}`]] as const;
  httpCall(port, path, { agent, headers }).then(
    ({ status }) => answered(status === 200 ? 'allow' : 'deny'),
    () => answered('broken'),
  );
}, pace);
agent.destroy();
process.stdout.write(`${JSON.stringify(result)}\n`);
