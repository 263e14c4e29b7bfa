import { Column, Entity, PrimaryGeneratedColumn } from 'typeorm';

@Entity('naive_message')
export class NaiveMessage {
  @PrimaryGeneratedColumn()
  id: number;

  @Column({ type: 'varchar', length: 32, unique: true })
  customImsId: string;

  @Column({ type: 'varchar', length: 20 })
  mobile: string;

  @Column('text')
  content: string;

  @Column({ type: 'varchar', length: 16 })
  state: string;

  @Column({ type: 'varchar', length: 64, nullable: true })
  imsId: string | null;

  @Column({ type: 'timestamptz' })
  createdAt: Date;

  @Column({ type: 'timestamptz', nullable: true })
  acceptedAt: Date | null;

  @Column({ type: 'timestamptz', nullable: true })
  finalAt: Date | null;
}
