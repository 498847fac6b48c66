const TIME = /\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z\b/g;
const UID = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g;
const DAY = 24 * 60 * 60 * 1000;

/** What of an answer is compared: everything but volatile metadata. Times within a day of `now` become `<time>`. */
export function summary(code, body, warnings, now = Date.now()) {
  const out = { code };
  if (body.kind === 'Status' && body.status === 'Failure') out.faults = faultsOf(body);
  else if (body.kind !== undefined && body.kind !== 'Status' && !body.kind.endsWith('List')) out.object = objectOf(body);
  if (warnings.length > 0) out.warnings = warnings;
  const text = JSON.stringify(out)
    .replaceAll(TIME, (time) => (Math.abs(Date.parse(time) - now) < DAY ? '<time>' : time))
    .replaceAll(UID, '<uid>');
  return JSON.parse(text);
}

function faultsOf({ message, details }) {
  const causes = (details?.causes ?? []).map(({ field, message: text }) => `${field}: ${text}`);
  // Diffs of Go structs are for people.
  return (causes.length > 0 ? causes : [message]).map((text) => text.split('\n@@')[0]);
}

function objectOf({ metadata: { generation, finalizers, labels, annotations } = {}, ...rest }) {
  const metadata = Object.entries({ generation, finalizers, labels, annotations }).filter(([, value]) => value !== undefined);
  delete rest.kind;
  delete rest.apiVersion;
  return metadata.length === 0 ? rest : { metadata: Object.fromEntries(metadata), ...rest };
}
