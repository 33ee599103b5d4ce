// Policies: each lets a request pass or gives the client's answer.
import { forbidden, pass } from './request.mjs';

export const needslogin = (request) => (request.session?.data.userId ? pass() : forbidden());
