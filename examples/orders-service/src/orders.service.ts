import { randomUUID } from 'node:crypto';
import { ConflictException, Inject, Injectable, NotFoundException } from '@nestjs/common';
import { addToOutbox, OutboxRelay } from '@posthorn/publisher/typeorm';
import { DataSource, type EntityManager, QueryFailedError } from 'typeorm';
import { Order, type OrderStatus } from './order.entity.js';

/** Orders. Whatever changes one tells of it in the same transaction: both happen, or neither does. */
@Injectable()
export class OrdersService {
  constructor(
    @Inject(DataSource) private readonly db: DataSource,
    @Inject(OutboxRelay) private readonly relay: OutboxRelay,
  ) {}

  async place(tenantId: string, totalCents: number): Promise<Order> {
    const order: Order = { id: randomUUID(), tenantId, totalCents, status: 'placed' };
    return this.change(async (manager) => {
      await manager.insert(Order, order);
      await this.tell(manager, 'order.created', order);
      // Told before it is charged, and yet nobody hears of an order that could not be paid.
      await this.charge(manager, order);
      return order;
    });
  }

  async setStatus(tenantId: string, id: string, status: OrderStatus): Promise<Order> {
    return this.change(async (manager) => {
      const lock = { mode: 'pessimistic_write' } as const;
      const order = await manager.findOne(Order, { where: { id, tenantId }, lock });
      if (!order) throw new NotFoundException();
      const previousStatus = order.status;
      const changed = await manager.save(Order, { ...order, status });
      await this.tell(manager, 'order.status_changed', changed, { previousStatus });
      return changed;
    });
  }

  private async change<T>(work: (manager: EntityManager) => Promise<T>): Promise<T> {
    const result = await this.db.transaction(work);
    this.relay.wake();
    return result;
  }

  /** No `id`: that of an event without one is made of entity, type, timestamp and data. */
  private async tell(manager: EntityManager, type: string, order: Order, more = {}): Promise<void> {
    const { id, tenantId, totalCents, status } = order;
    await addToOutbox(manager, {
      tenantId,
      type,
      entity: { name: 'order', id },
      timestamp: new Date(),
      data: { id, totalCents, status, ...more },
    });
  }

  private async charge(manager: EntityManager, { tenantId, totalCents }: Order): Promise<void> {
    try {
      await manager.query('UPDATE accounts SET "creditCents" = "creditCents" - $2 WHERE "tenantId" = $1', [
        tenantId,
        totalCents,
      ]);
    } catch (error) {
      if (error instanceof QueryFailedError)
        throw new ConflictException('not enough credit', { cause: error });
      throw error;
    }
  }
}
