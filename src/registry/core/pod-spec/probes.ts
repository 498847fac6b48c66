import { forbidden, invalid, required, type FieldError } from '../../../apimachinery/field-error.js';
import type { FieldPath } from '../../../apimachinery/field-path.js';
import type { IntOrString } from '../../../apimachinery/int-or-string.js';
import { isHttpHeaderName, isValidPortName, isValidPortNum } from '../../../apimachinery/validation/identifiers.js';
import type {
  Container,
  HTTPGetAction,
  Lifecycle,
  LifecycleHandler,
  Probe,
  ProbeHandler,
  SleepAction,
} from '../../../schema/generated/core-v1.js';
import { addMessages, checkNonNegative, unsupported } from './checks.js';

/** All probes of a container, and its lifecycle hooks before them. */
export function checkLifecycleAndProbes(
  container: Container,
  gracePeriod: number | undefined,
  path: FieldPath,
  errors: FieldError[],
): void {
  const { lifecycle, livenessProbe, readinessProbe, startupProbe } = container;
  if (lifecycle !== undefined) checkLifecycle(lifecycle, gracePeriod, path.child('lifecycle'), errors);
  if (livenessProbe !== undefined) checkOneSuccessProbe(livenessProbe, path.child('livenessProbe'), errors);
  if (readinessProbe !== undefined) {
    const at = path.child('readinessProbe');
    checkProbe(readinessProbe, at, errors);
    const { terminationGracePeriodSeconds } = readinessProbe;
    if (terminationGracePeriodSeconds !== undefined) {
      errors.push(invalid(at.child('terminationGracePeriodSeconds'), terminationGracePeriodSeconds, 'must not be set for readinessProbes'));
    }
  }
  if (startupProbe !== undefined) checkOneSuccessProbe(startupProbe, path.child('startupProbe'), errors);
}

/** Liveness and startup probes succeed at once. */
function checkOneSuccessProbe(probe: Probe, path: FieldPath, errors: FieldError[]): void {
  checkProbe(probe, path, errors);
  const { successThreshold = 0 } = probe;
  if (successThreshold !== 1) errors.push(invalid(path.child('successThreshold'), successThreshold, 'must be 1'));
}

const PROBE_NUMBERS = ['initialDelaySeconds', 'timeoutSeconds', 'periodSeconds', 'successThreshold', 'failureThreshold'] as const;

function checkProbe(probe: Probe, path: FieldPath, errors: FieldError[]): void {
  checkHandler(probe, undefined, path, errors);
  for (const name of PROBE_NUMBERS) if ((probe[name] ?? 0) < 0) checkNonNegative(probe[name], path.child(name), errors);
  const { terminationGracePeriodSeconds: grace } = probe;
  if (grace !== undefined && grace <= 0) errors.push(invalid(path.child('terminationGracePeriodSeconds'), grace, 'must be greater than 0'));
}

function checkLifecycle(lifecycle: Lifecycle, gracePeriod: number | undefined, path: FieldPath, errors: FieldError[]): void {
  if (lifecycle.postStart !== undefined) checkHandler(lifecycle.postStart, gracePeriod, path.child('postStart'), errors);
  if (lifecycle.preStop !== undefined) checkHandler(lifecycle.preStop, gracePeriod, path.child('preStop'), errors);
}

/** What probes and hooks can do; exactly one of it must be given (Go: validateHandler). */
function checkHandler(
  handler: ProbeHandler & LifecycleHandler,
  gracePeriod: number | undefined,
  path: FieldPath,
  errors: FieldError[],
): void {
  const { exec, httpGet, tcpSocket, grpc, sleep } = handler;
  let first = true;
  const take = (name: string, check: (at: FieldPath) => void): void => {
    if (first) check(path.child(name));
    else errors.push(forbidden(path.child(name), 'may not specify more than 1 handler type'));
    first = false;
  };
  if (exec !== undefined) {
    take('exec', (at) => {
      if ((exec.command ?? []).length === 0) errors.push(required(at.child('command')));
    });
  }
  if (httpGet !== undefined) {
    take('httpGet', (at) => {
      checkHttpGet(httpGet, at, errors);
    });
  }
  if (tcpSocket !== undefined) {
    take('tcpSocket', (at) => {
      checkPort(tcpSocket.port ?? 0, at.child('port'), errors);
    });
  }
  if (grpc !== undefined) {
    take('grpc', (at) => {
      checkPort(grpc.port ?? 0, at.child('port'), errors);
    });
  }
  if (sleep !== undefined) {
    take('sleep', (at) => {
      checkSleep(sleep, gracePeriod, at, errors);
    });
  }
  if (first) errors.push(required(path, 'must specify a handler type'));
}

const SCHEMES: ReadonlySet<string> = new Set(['HTTP', 'HTTPS']);

function checkHttpGet(action: HTTPGetAction, path: FieldPath, errors: FieldError[]): void {
  const { path: target, port = 0, scheme = '', httpHeaders = [] } = action;
  if (!target) errors.push(required(path.child('path')));
  checkPort(port, path.child('port'), errors);
  if (!SCHEMES.has(scheme)) errors.push(unsupported(path.child('scheme'), scheme, SCHEMES));
  for (const { name = '' } of httpHeaders) addMessages(path.child('httpHeaders'), name, isHttpHeaderName(name), errors);
}

/** A port by number, or by the name that it has in the container. */
export function checkPort(port: IntOrString, path: FieldPath, errors: FieldError[]): void {
  addMessages(path, port, typeof port === 'number' ? isValidPortNum(port) : isValidPortName(port), errors);
}

function checkSleep(sleep: SleepAction, gracePeriod: number | undefined, path: FieldPath, errors: FieldError[]): void {
  const { seconds = 0 } = sleep;
  if (gracePeriod === undefined || (seconds >= 0 && seconds <= gracePeriod)) return;
  errors.push(invalid(path, seconds, `must be non-negative and less than terminationGracePeriodSeconds (${String(gracePeriod)})`));
}
