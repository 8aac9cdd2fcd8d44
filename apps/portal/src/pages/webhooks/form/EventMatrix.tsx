import { Button, Checkbox, CloseButton, Group, Table, TextInput } from '@mantine/core';
import { useState } from 'react';
import { useT } from '../../../i18n/i18n';
import { isModelName } from '../../../lib/model-name';
import { changes, toggled, type Matrix } from '../../../lib/filter';
import { Scroll } from '../../../ui/Scroll';
import { knownModels } from './values';

/** Names of models stay readable on a phone: the matrix scrolls sideways by itself. */
const minWidth = 420;

/** Domain models down, their changes across. `*` is every model there will ever be. */
export function EventMatrix({ matrix, onChange }: { matrix: Matrix; onChange(matrix: Matrix): void }) {
  const t = useT();
  const models = [...Object.keys(matrix).filter((model) => model !== '*'), '*'];
  const remove = (model: string) =>
    onChange(Object.fromEntries(Object.entries(matrix).filter(([name]) => name !== model)));
  const nameOf = (model: string) => (model === '*' ? t('form.everyModel') : model);
  return (
    <>
      <Scroll label={t('form.events')} minWidth={minWidth}>
        <Table layout="fixed">
          <Table.Thead>
            <Table.Tr>
              <Table.Th>{t('form.model')}</Table.Th>
              {changes.map((change) => (
                <Table.Th key={change} w={76}>
                  {t(`form.${change}`)}
                </Table.Th>
              ))}
              <Table.Th w={40} aria-hidden="true" />
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
      </Scroll>
      <NewModel onAdd={(model) => onChange({ ...matrix, [model]: matrix[model] ?? [] })} />
    </>
  );
}

function NewModel({ onAdd }: { onAdd(model: string): void }) {
  const t = useT();
  const [name, setName] = useState('');
  const [isWrong, setWrong] = useState(false);
  const add = () => {
    const wanted = name.trim();
    const isName = isModelName(wanted);
    setWrong(wanted !== '' && !isName);
    if (!isName) return;
    onAdd(wanted);
    setName('');
  };
  return (
    <Group gap="xs" mt="xs" align="start">
      <TextInput
        aria-label={t('form.modelName')}
        placeholder={t('form.modelName')}
        maxLength={200}
        value={name}
        error={isWrong ? t('form.modelWrong') : undefined}
        onChange={(event) => {
          setName(event.currentTarget.value);
          setWrong(false);
        }}
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
