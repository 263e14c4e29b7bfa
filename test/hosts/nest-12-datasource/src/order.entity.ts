import { Column, Entity, PrimaryColumn } from 'typeorm';

@Entity('shop_order')
export class Order {
  @PrimaryColumn('varchar', { length: 20 })
  id: string = '';

  @Column('varchar', { length: 20 })
  mobile: string = '';
}
