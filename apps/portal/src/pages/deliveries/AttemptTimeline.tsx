import { Accordion, Group, Text } from '@mantine/core';
import type { Attempt } from '../../api/types';
import { useLanguage, useT } from '../../i18n/i18n';
import { Raw } from '../../ui/Raw';
import { Status } from '../../ui/Status';
import { Time } from '../../ui/Time';
import { durationText } from '../../ui/time-text';
import classes from './timeline.module.css';
import { TimingBar } from './TimingBar';

/** Every attempt, in the order they were made; each opens to what went out and what came back. */
export function AttemptTimeline({ attempts }: { attempts: readonly Attempt[] }) {
  const newest = attempts.at(-1)?.id;
  if (!newest) return null;
  return (
    <Accordion multiple defaultValue={[newest]} order={3} classNames={{ item: classes['item'] }}>
      {attempts.map((attempt) => (
        <Accordion.Item key={attempt.id} value={attempt.id}>
          <Accordion.Control>
            <Line attempt={attempt} />
          </Accordion.Control>
          <Accordion.Panel>
            <Exchange attempt={attempt} />
          </Accordion.Panel>
        </Accordion.Item>
      ))}
    </Accordion>
  );
}

function Line({
  attempt: { attempt, outcome, startedAt, durationMs, response, error },
}: {
  attempt: Attempt;
}) {
  const { t, locale } = useLanguage();
  return (
    <Group gap="md">
      <Text fw={600}>{t('delivery.attempt', { n: attempt })}</Text>
      <Status value={outcome} text={String(response?.status ?? error ?? outcome)} />
      <Text size="sm">
        <Time at={startedAt} />
      </Text>
      <Text size="sm" className="tabular">
        {durationText(durationMs, locale)}
      </Text>
    </Group>
  );
}

function Exchange({ attempt }: { attempt: Attempt }) {
  const t = useT();
  const { request, response, error, message } = attempt;
  // Regions have names of their own, also when several attempts are open.
  const name = (...parts: string[]) => [t('delivery.attempt', { n: attempt.attempt }), ...parts].join(' · ');
  return (
    <>
      <TimingBar attempt={attempt} />
      <Text fw={600} mt="sm">
        {t('delivery.request')}
      </Text>
      <Raw
        text={`${request.method} ${request.url}\n${linesOf(request.headers)}`}
        label={name(t('delivery.request'), t('delivery.headers'))}
      />
      {request.body !== null && (
        <Raw text={request.body} label={name(t('delivery.request'), t('delivery.body'))} />
      )}
      <Text fw={600} mt="sm">
        {t('delivery.response')}
      </Text>
      {response ? (
        <>
          <Raw
            text={`${response.status}\n${linesOf(response.headers)}`}
            label={name(t('delivery.response'), t('delivery.headers'))}
          />
          {response.body !== '' && (
            <Raw text={response.body} label={name(t('delivery.response'), t('delivery.body'))} />
          )}
          {response.truncated && <Text size="sm">{t('delivery.truncated')}</Text>}
        </>
      ) : (
        <Text size="sm" className="wrap">
          {t('delivery.noResponse', { error: [error, message].filter(Boolean).join(': ') })}
        </Text>
      )}
    </>
  );
}

const linesOf = (headers: Record<string, string>): string =>
  Object.entries(headers)
    .map(([name, value]) => `${name}: ${value}`)
    .join('\n');
