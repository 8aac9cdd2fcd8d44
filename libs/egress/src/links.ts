/**
 * A node of an intrusive circular list: in and out in O(1), and nothing allocated per entry. Alone, it
 * points at itself.
 */
export class Link {
  next: Link = this;
  prev: Link = this;

  get linked(): boolean {
    return this.next !== this;
  }

  /** On a list's head: puts the node at the list's end. */
  append(node: Link): void {
    node.prev = this.prev;
    node.next = this;
    this.prev.next = node;
    this.prev = node;
  }

  unlink(): void {
    this.prev.next = this.next;
    this.next.prev = this.prev;
    this.next = this;
    this.prev = this;
  }
}
