import { createLogger, kafkaLog, type Logger } from './logging.js';

function recorded(logLevel = 'debug'): { logger: Logger; lines: Record<string, unknown>[] } {
  const lines: Record<string, unknown>[] = [];
  const write = (line: string): void => void lines.push(JSON.parse(line) as Record<string, unknown>);
  return { logger: createLogger({ logLevel }, 'dispatcher', { write }), lines };
}

describe('a log line', () => {
  it('is JSON with service, level and time', () => {
    const { logger, lines } = recorded();
    logger.info({ deliveryId: 'dlv_1' }, 'attempt');
    expect(lines).toEqual([
      {
        level: 'info',
        time: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
        service: 'dispatcher',
        pid: process.pid,
        deliveryId: 'dlv_1',
        msg: 'attempt',
      },
    ]);
  });

  it('holds no secret at any depth, nor in the fields of a child', () => {
    const { logger, lines } = recorded();
    logger.child({ apiKey: 'hunter2', tenantId: 't' }).info(
      {
        headers: { Authorization: 'hunter2', 'X-Api-Key': 'hunter2', cookie: 'hunter2', accept: 'fine' },
        list: [{ deeper: { signingSecret: 'hunter2' } }],
        secret: 'hunter2',
        password: 'hunter2',
        keyId: 'fine',
      },
      'x',
    );
    expect(JSON.stringify(lines)).not.toContain('hunter2');
    expect(lines[0]).toMatchObject({ tenantId: 't', keyId: 'fine', headers: { accept: 'fine' } });
  });

  it('shows of an error what is harmless: no parameters, no credentials of a URL', () => {
    const { logger, lines } = recorded();
    const cause = Object.assign(new Error('connect postgres://u:hunter2@h/d'), { code: 'ECONNREFUSED' });
    const err = Object.assign(new Error('failed', { cause }), { parameters: ['hunter2'], query: 'SELECT' });
    logger.error({ err }, 'x');
    expect(JSON.stringify(lines)).not.toContain('hunter2');
    expect(lines[0]!['err']).toMatchObject({
      type: 'Error',
      message: 'failed',
      cause: { message: 'connect postgres://***@h/d', code: 'ECONNREFUSED' },
    });
  });

  it('is left out below the level', () => {
    const { logger, lines } = recorded('warn');
    logger.info('x');
    kafkaLog(logger)('warn', 'y', { topic: 't' });
    expect(lines).toMatchObject([{ level: 'warn', msg: 'y', topic: 't' }]);
  });
});
