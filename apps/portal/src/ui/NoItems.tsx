import { useT } from '../i18n/i18n';
import { Empty } from './Empty';

/** A list of the log without rows: nothing is there yet, or its filters leave nothing over. */
export function NoItems({ of, isFiltered }: { of: 'deliveries' | 'events'; isFiltered: boolean }) {
  const t = useT();
  const why = isFiltered ? 'noMatch' : 'empty';
  return <Empty title={t(`${of}.${why}`)} text={t(`${of}.${why}Text`)} />;
}
