import type { EventTypeRule } from '@posthorn/domain';
import { compileSchema, JsonSchemaError, type Logger, type SchemaCheck, wasTooSlow } from '@posthorn/runtime';
import { SlowSchemas } from './slow-schemas.js';
import type { Fault } from './draft.js';

const keptMax = 5_000;
const warnEveryMs = 60_000;

/**
 * Payloads against the schemas of the catalogue, each compiled once per version. Only events of types that
 * have one pay for it: their data is parsed here, and nowhere else on the way.
 */
export class PayloadChecks {
  private readonly compiled = new Map<string, { version: number; check: SchemaCheck | undefined }>();
  private readonly warnedAt = new Map<string, number>();
  private readonly slow = new SlowSchemas();

  constructor(private readonly logger: Pick<Logger, 'warn'>) {}

  /** Undefined: it fits, or it does not and its type says that this is only to be warned of. */
  faultsOf(rule: EventTypeRule, data: Buffer): Fault[] | undefined {
    const check = this.checkOf(rule);
    if (!check || this.slow.isResting(rule, performance.now())) return undefined;
    const faults = check(parse(data));
    if (faults.length === 0) return undefined;
    if (wasTooSlow(faults)) this.rest(rule);
    if (rule.onInvalid === 'reject')
      return faults.map(({ pointer, detail }) => ({ pointer: `/data${pointer}`, detail }));
    this.warn(rule, faults[0].pointer);
    return undefined;
  }

  private checkOf({ id, version, schema }: EventTypeRule): SchemaCheck | undefined {
    const known = this.compiled.get(id);
    if (known?.version === version) return known.check;
    let check: SchemaCheck | undefined;
    try {
      check = schema === null ? undefined : compileSchema(schema);
    } catch (err) {
      if (!(err instanceof JsonSchemaError)) throw err;
      // It was checked when it was saved, by another version of Posthorn then: nobody is kept out for that.
      this.logger.warn({ err, eventType: id }, 'the schema of an event type cannot be used');
    }
    if (this.compiled.size >= keptMax) this.compiled.delete(this.compiled.keys().next().value!);
    this.compiled.set(id, { version, check });
    return check;
  }

  private rest(rule: EventTypeRule): void {
    const forMs = this.slow.rest(rule, performance.now());
    const { tenantId, type } = rule;
    this.logger.warn(
      { tenantId, type, forMs },
      'a schema takes too long; its events are not checked for a while',
    );
  }

  /** Once a minute for a type: a publisher that is wrong is wrong a thousand times a second. */
  private warn({ id, tenantId, type }: EventTypeRule, pointer: string): void {
    const now = performance.now();
    if (now - (this.warnedAt.get(id) ?? -Infinity) < warnEveryMs) return;
    if (this.warnedAt.size >= keptMax) this.warnedAt.clear();
    this.warnedAt.set(id, now);
    this.logger.warn({ tenantId, type, pointer }, 'an event does not fit the schema of its type');
  }
}

/** Undefined where there is none; what is no JSON (binary CloudEvents) is a text. */
function parse(data: Buffer): unknown {
  const text = data.toString('utf8');
  try {
    return text === '' ? undefined : JSON.parse(text);
  } catch {
    return text;
  }
}
