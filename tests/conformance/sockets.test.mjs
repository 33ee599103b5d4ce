// The recorded socket steps, with the reference application's actions in Node, by the clients of both Engine.IO versions.
import { replaySocketSteps } from './socket_steps.mjs';

replaySocketSteps('socket.io-client 2', 3);
replaySocketSteps('socket.io-client 4', 4);
