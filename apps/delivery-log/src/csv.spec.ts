import { csvLine } from './csv.js';

describe('a line of CSV', () => {
  it.each([
    [['a', 1, null, undefined, -2.5], 'a,1,,,-2.5\r\n'],
    [['a,b', 'say "hi"', 'two\nlines', 'ä'], '"a,b","say ""hi""","two\nlines",ä\r\n'],
    [['=1+1', '+1', '-1', '@SUM(A1)', '\tx', '\rx'], `"'=1+1","'+1","'-1","'@SUM(A1)","'\tx","'\rx"\r\n`],
    [['=HYPERLINK("http://x","y")'], `"'=HYPERLINK(""http://x"",""y"")"\r\n`],
    [[' =1', 'a=1', ''], ' =1,a=1,\r\n'],
  ])('%j', (cells, line) => {
    expect(csvLine(cells)).toBe(line);
  });
});
