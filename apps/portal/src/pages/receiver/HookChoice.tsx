import { Autocomplete, Group } from '@mantine/core';
import { useState } from 'react';
import { useT } from '../../i18n/i18n';
import { SecretText } from '../../ui/SecretText';
import { hookUrl, useDevReceiver } from './receiver';

const form = /^[a-z0-9][a-z0-9-]{0,39}$/;

/** Which hook is looked at: one there is, or a new one. A name is there as soon as it is used. */
export function HookChoice({ name, onChoose }: { name: string; onChoose(name: string): void }) {
  const t = useT();
  const { data: hooks } = useDevReceiver();
  const [typed, type] = useState<string>();
  const value = typed ?? name;
  const isName = form.test(value);
  const choose = (wanted: string) => {
    type(undefined);
    if (form.test(wanted)) onChoose(wanted);
  };
  const names = [...new Set(['first', name, ...(hooks ?? []).map((hook) => hook.name)])].sort();
  return (
    <Group align="start">
      <Autocomplete
        label={t('receiver.name')}
        w={220}
        data={names}
        // Everything is offered, not only what begins as the name that stands there.
        filter={({ options }) => options}
        maxLength={40}
        value={value}
        error={isName ? undefined : t('receiver.nameHelp')}
        onChange={type}
        onOptionSubmit={choose}
        onBlur={() => choose(value)}
        onKeyDown={({ key }) => key === 'Enter' && choose(value)}
      />
      <div style={{ flex: '1 1 320px', paddingTop: 24 }}>
        <SecretText value={hookUrl(name)} label="URL" />
      </div>
    </Group>
  );
}
