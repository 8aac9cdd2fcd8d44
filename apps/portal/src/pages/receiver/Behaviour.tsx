import { Button, Group, SegmentedControl, Stack, Switch, Text } from '@mantine/core';
import { useMediaQuery } from '@mantine/hooks';
import { useState } from 'react';
import { useLanguage, useT } from '../../i18n/i18n';
import { ErrorNote } from '../../ui/ErrorNote';
import { NumberField } from '../../ui/NumberField';
import { Password } from '../../ui/Password';
import { changeTo, modeOf, modes, useChange, type Change, type Hook, type Mode } from './receiver';

type Props = { hook: Hook; change(change: Change): void };

/** What the hook shall do with what comes. Everything takes effect at once. */
export function Behaviour({ hook }: { hook: Hook }) {
  const t = useT();
  const { mutate, error } = useChange(hook.name);
  const change = (wanted: Change) => mutate(wanted);
  const { settings } = hook;
  // Before the first paint: nothing jumps.
  const isNarrow = useMediaQuery('(max-width: 48em)', false, { getInitialValueInEffect: false });
  return (
    <Stack gap="sm">
      <div>
        <Text size="sm" fw={500} id="behaviour">
          {t('receiver.behaviour')}
        </Text>
        <SegmentedControl
          orientation={isNarrow ? 'vertical' : 'horizontal'}
          fullWidth={isNarrow}
          aria-labelledby="behaviour"
          data={modes.map((value) => ({ value, label: t(`receiver.${value}`) }))}
          value={modeOf(settings)}
          onChange={(mode) => change(changeTo(mode as Mode, settings))}
        />
      </div>
      <FailNext hook={hook} change={change} />
      <Group align="end">
        <Figure
          label={t('receiver.failStatus')}
          value={settings.failStatus}
          min={300}
          max={599}
          onSet={(failStatus) => change({ failStatus })}
        />
        <Figure
          label={t('receiver.retryAfter')}
          value={settings.retryAfterS ?? ''}
          min={0}
          max={86_400}
          onSet={(retryAfterS) => change({ retryAfterS })}
          onEmpty={() => change({ retryAfterS: null })}
        />
        <Figure
          label={t('receiver.delayMs')}
          value={settings.delayMs}
          min={0}
          max={120_000}
          step={500}
          onSet={(delayMs) => change({ delayMs })}
        />
      </Group>
      <Secret hook={hook} change={change} />
      <ErrorNote error={error} />
    </Stack>
  );
}

const failNextMax = 1_000;

function FailNext({ hook, change }: Props) {
  const { t, locale } = useLanguage();
  const [count, setCount] = useState(3);
  const { failNext } = hook.settings;
  return (
    <Group align="end" gap="xs">
      <NumberField
        label={t('receiver.failNext')}
        description={`1 – ${failNextMax.toLocaleString(locale)}`}
        w={150}
        min={1}
        max={failNextMax}
        allowDecimal={false}
        value={count}
        onChange={(value) => setCount(Number(value) || 1)}
      />
      <Button variant="default" onClick={() => change({ failNext: count })}>
        {t('receiver.failNextGo')}
      </Button>
      <Text size="sm" role="status" miw={90} pb={8}>
        {failNext > 0 ? t('receiver.failNextLeft', { n: failNext }) : ''}
      </Text>
    </Group>
  );
}

type FigureProps = {
  label: string;
  value: number | '';
  min: number;
  max: number;
  step?: number;
  onSet(value: number): void;
  onEmpty?(): void;
};

/** A number that is told when it is finished, not while it is typed. */
function Figure({ label, value, min, max, step = 1, onSet, onEmpty }: FigureProps) {
  const { locale } = useLanguage();
  const [typed, type] = useState<string | number>();
  const tell = () => {
    type(undefined);
    if (typed === '') onEmpty?.();
    else if (typed !== undefined && typed !== value)
      onSet(Math.max(min, Math.min(max, Number(typed) || min)));
  };
  return (
    <NumberField
      label={label}
      // What is beyond is brought back to it: that is no surprise where it is said.
      description={`${min.toLocaleString(locale)} – ${max.toLocaleString(locale)}`}
      w={250}
      {...{ min, max, step }}
      allowDecimal={false}
      value={typed ?? value}
      onChange={type}
      onBlur={tell}
      onKeyDown={({ key }) => key === 'Enter' && tell()}
    />
  );
}

function Secret({ hook: { settings }, change }: Props) {
  const t = useT();
  const [secret, setSecret] = useState('');
  const { hasSecret, rejectInvalid } = settings;
  return (
    <Group align="end" gap="xs">
      <Password
        label={t('receiver.secret')}
        description={hasSecret ? t('receiver.secretSet') : t('receiver.secretHelp')}
        w={{ base: '100%', sm: 420 }}
        maxLength={4_096}
        autoComplete="off"
        value={secret}
        onChange={(event) => setSecret(event.currentTarget.value)}
      />
      <Button
        variant="default"
        disabled={secret === '' && !hasSecret}
        onClick={() => {
          change({ secret: secret === '' ? null : secret });
          setSecret('');
        }}
      >
        {secret === '' && hasSecret ? t('receiver.secretForget') : t('common.save')}
      </Button>
      <Switch
        pb={8}
        label={t('receiver.rejectInvalid')}
        checked={rejectInvalid}
        disabled={!hasSecret}
        onChange={(event) => change({ rejectInvalid: event.currentTarget.checked })}
      />
    </Group>
  );
}
