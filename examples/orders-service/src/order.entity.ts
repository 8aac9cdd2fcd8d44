import { Column, Entity, PrimaryColumn } from 'typeorm';

export type OrderStatus = 'placed' | 'shipped' | 'cancelled';

@Entity('orders')
export class Order {
  @PrimaryColumn('text') id!: string;
  @Column('text') tenantId!: string;
  @Column('integer') totalCents!: number;
  @Column('text') status!: OrderStatus;
}
