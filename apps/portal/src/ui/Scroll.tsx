import { Table } from '@mantine/core';
import { useCallback, useEffect, useRef, useState, type ReactNode } from 'react';
import classes from './scroll.module.css';

/** A table that scrolls sideways by itself on a phone, shows that it does, and does so by keyboard, too. */
export function Scroll({
  label,
  children,
  minWidth = 640,
}: {
  label: string;
  children: ReactNode;
  minWidth?: number;
}) {
  const { viewport, isCut, look } = useCut();
  return (
    <div className={`${classes['frame']} ${isCut ? classes['cut'] : ''}`} data-cut={isCut || undefined}>
      <Table.ScrollContainer
        minWidth={minWidth}
        scrollAreaProps={{
          type: 'auto',
          offsetScrollbars: 'present',
          viewportRef: viewport,
          onScrollPositionChange: look,
          viewportProps: { tabIndex: 0, role: 'region', 'aria-label': label },
        }}
      >
        {children}
      </Table.ScrollContainer>
    </div>
  );
}

/** Whether something is cut off at the right. */
function useCut() {
  const viewport = useRef<HTMLDivElement>(null);
  const [isCut, setCut] = useState(false);
  const look = useCallback(() => {
    const { scrollWidth = 0, clientWidth = 0, scrollLeft = 0 } = viewport.current ?? {};
    setCut(scrollWidth - clientWidth - scrollLeft > 4);
  }, []);
  useEffect(() => {
    const observer = new ResizeObserver(look);
    if (viewport.current) observer.observe(viewport.current);
    return () => observer.disconnect();
  }, [look]);
  return { viewport, isCut, look };
}
