// The recorded HTTP cases that were made with CSRF tokens switched on.
import { CSRF_CASES, replayHttpCases } from './http_cases.mjs';

replayHttpCases('recorded CSRF cases', ['csrf'], async () => ({ env: { SAIL_SECURITY_CSRF: 'true' } }), CSRF_CASES);
