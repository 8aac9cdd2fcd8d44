import { Button, Checkbox, CloseButton, Group, Table, TextInput } from '@mantine/core';
import { useState } from 'react';
import { useT } from '../../../i18n/i18n';
import { changes, toggled, type Matrix } from '../../../lib/filter';
import { knownModels } from './values';

/** Domain models down, their changes across. `*` is every model there will ever be. */
export function EventMatrix({ matrix, onChange }: { matrix: Matrix; onChange(matrix: Matrix): void }) {
  const t = useT();
  const models = [...Object.keys(matrix).filter((model) => model !== '*'), '*'];
  const remove = (model: string) =>
    onChange(Object.fromEntries(Object.entries(matrix).filter(([name]) => name !== model)));
  const nameOf = (model: string) => (model === '*' ? t('form.everyModel') : model);
  return (
    <>
      <Table layout="fixed" mt="xs">
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{t('form.model')}</Table.Th>
            {changes.map((change) => (
              <Table.Th key={change} w={84}>
                {t(`form.${change}`)}
              </Table.Th>
            ))}
            <Table.Th w={44} aria-hidden="true" />
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {models.map((model) => (
            <Table.Tr key={model}>
              <Table.Th scope="row" fw={400} className="wrap">
                {nameOf(model)}
              </Table.Th>
              {changes.map((change) => (
                <Table.Td key={change}>
                  <Checkbox
                    aria-label={`${nameOf(model)}: ${change}`}
                    checked={matrix[model]?.includes(change) ?? false}
                    onChange={() => onChange(toggled(matrix, model, change))}
                  />
                </Table.Td>
              ))}
              <Table.Td>
                {model !== '*' && !knownModels.includes(model) && (
                  <CloseButton
                    aria-label={t('form.removeModel', { name: model })}
                    onClick={() => remove(model)}
                  />
                )}
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
      <NewModel onAdd={(model) => onChange({ ...matrix, [model]: matrix[model] ?? [] })} />
    </>
  );
}

function NewModel({ onAdd }: { onAdd(model: string): void }) {
  const t = useT();
  const [name, setName] = useState('');
  const add = () => {
    if (name.trim()) onAdd(name.trim());
    setName('');
  };
  return (
    <Group gap="xs" mt="xs">
      <TextInput
        aria-label={t('form.modelName')}
        placeholder={t('form.modelName')}
        maxLength={200}
        value={name}
        onChange={(event) => setName(event.currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key !== 'Enter') return;
          event.preventDefault();
          add();
        }}
      />
      <Button variant="default" onClick={add}>
        {t('form.addModel')}
      </Button>
    </Group>
  );
}
