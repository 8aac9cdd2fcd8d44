import { Accordion, Group, Stack, Text } from '@mantine/core';
import { useState } from 'react';
import { useT, type Translate } from '../../i18n/i18n';
import { LoadMore } from '../../ui/LoadMore';
import { Raw } from '../../ui/Raw';
import { Status } from '../../ui/Status';
import { Time } from '../../ui/Time';
import type { Received } from './receiver';
import { Signature } from './Signature';

const pageSize = 50;

/** What arrived, newest first; each can be opened. What is closed is not even drawn. */
export function ReceivedList({ requests }: { requests: readonly Received[] }) {
  const [open, setOpen] = useState<string[]>([]);
  const [count, setCount] = useState(pageSize);
  return (
    <div>
      <Accordion variant="contained" multiple order={2} value={open} onChange={setOpen}>
        {requests.slice(0, count).map((request) => (
          <Accordion.Item key={request.n} value={String(request.n)}>
            <Accordion.Control>
              <Line request={request} />
            </Accordion.Control>
            <Accordion.Panel>
              {open.includes(String(request.n)) && <Detail request={request} />}
            </Accordion.Panel>
          </Accordion.Item>
        ))}
      </Accordion>
      <LoadMore
        hasMore={requests.length > count}
        isLoading={false}
        onMore={() => setCount(count + pageSize)}
      />
    </div>
  );
}

function Line({ request }: { request: Received }) {
  const t = useT();
  const { n, method, receivedAt, event, attempt, answer } = request;
  const isGood = answer.status !== null && answer.status < 300;
  return (
    <Group gap="md" data-received={n}>
      <Text size="sm" className="tabular">
        <Time at={receivedAt} />
      </Text>
      <Text size="sm" fw={600} className="wrap">
        {[method, event?.type, event?.entity?.id].filter(Boolean).join(' · ')}
      </Text>
      {attempt !== null && (
        <Text size="sm" className="tabular">
          {t('receiver.attempt', { n: attempt })}
        </Text>
      )}
      <Status
        value={answer.state === 'waiting' ? 'pending' : isGood ? 'delivered' : 'failed'}
        text={answerText(answer, t)}
      />
      {request.kind === 'delivery' && <Signature request={request} />}
      <Place request={request} />
    </Group>
  );
}

function answerText({ state, status }: Received['answer'], t: Translate): string {
  if (state === 'waiting') return t('receiver.hanging');
  return state === 'gone' ? t('receiver.senderLeft') : t('receiver.answered', { status: String(status) });
}

/** Which event it was among those that were accepted: the order they came in. */
function Place({ request: { place, isRepeat } }: { request: Received }) {
  const t = useT();
  if (!place) return null;
  if (isRepeat) return <Status value="off" text={t('receiver.repeat', { n: place.nth })} />;
  return (
    <>
      <Text size="sm" className="tabular" data-place={place.nth}>
        {t('receiver.place', { n: place.nth })}
      </Text>
      {place.isLateOfEntity && <Status value="failed" text={t('receiver.lateOfEntity')} />}
      {place.isLate && !place.isLateOfEntity && <Status value="off" text={t('receiver.late')} />}
    </>
  );
}

function Detail({ request }: { request: Received }) {
  const t = useT();
  const { n, method, url, headers, body, bodyIsCut, bodyBytes, signature, place } = request;
  const lines = [`${method} ${url}`, ...headers.map(([name, value]) => `${name}: ${value}`)];
  return (
    <Stack gap="sm">
      {signature.reason && (
        <Text size="sm" className="wrap">
          {t('receiver.invalid')}: {signature.reason}
        </Text>
      )}
      {place?.nthOfEntity && <Text size="sm">{t('receiver.placeOfEntity', { n: place.nthOfEntity })}</Text>}
      <Raw text={lines.join('\n')} label={`${t('delivery.request')} ${n}`} />
      {body !== '' && <Raw text={body} label={`${t('receiver.body')} ${n}`} />}
      {bodyIsCut && <Text size="sm">{t('receiver.cut', { n: bodyBytes })}</Text>}
    </Stack>
  );
}
