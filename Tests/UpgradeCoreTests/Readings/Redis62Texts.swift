// A real 3+3 cluster of redis 6.2.14 on loopback, ports renumbered to 7000-7005, unread fields left out.

enum Redis62 {
  /// `INFO` of the primary on 7000.
  static let primaryInfo = """
    # Server
    redis_version:6.2.14
    redis_build_id:dff95a8e7a99d269
    redis_mode:cluster
    os:Linux 6.1.0-37-amd64 x86_64
    process_id:9137
    process_supervised:no
    run_id:8aa97ca392545eb639deaadf807996f6b863a613
    tcp_port:7000
    uptime_in_seconds:2
    executable:/usr/bin/redis-server
    config_file:/etc/redis/7000/redis.conf
    io_threads_active:0

    # Clients
    connected_clients:1
    blocked_clients:0

    # Memory
    used_memory:2611848
    used_memory_rss:5443584
    total_system_memory:25276502016
    maxmemory:0
    maxmemory_policy:noeviction

    # Persistence
    loading:0
    rdb_changes_since_last_save:6
    rdb_bgsave_in_progress:0
    rdb_last_save_time:1795217593
    rdb_last_bgsave_status:ok
    rdb_last_bgsave_time_sec:0
    rdb_current_bgsave_time_sec:-1
    rdb_last_cow_size:286720
    aof_enabled:1
    aof_rewrite_in_progress:0
    aof_rewrite_scheduled:0
    aof_last_rewrite_time_sec:-1
    aof_current_rewrite_time_sec:-1
    aof_last_bgrewrite_status:ok
    aof_last_write_status:ok
    aof_last_cow_size:0
    module_fork_in_progress:0
    aof_current_size:371
    aof_base_size:0

    # Stats
    total_connections_received:207
    total_commands_processed:25
    instantaneous_ops_per_sec:10
    sync_full:1
    sync_partial_ok:0
    sync_partial_err:1
    unexpected_error_replies:0
    total_error_replies:194

    # Replication
    role:master
    connected_slaves:1
    slave0:ip=127.0.0.1,port=7005,state=online,offset=0,lag=0
    master_failover_state:no-failover
    master_replid:f7ceff329f489bd7ec8d6ac5ab092fba67343fa6
    master_replid2:0000000000000000000000000000000000000000
    master_repl_offset:362
    second_repl_offset:-1
    repl_backlog_active:1
    repl_backlog_size:1048576
    repl_backlog_first_byte_offset:1
    repl_backlog_histlen:362

    # CPU

    # Modules

    # Errorstats

    # Cluster
    cluster_enabled:1

    # Keyspace
    db0:keys=6,expires=1,avg_ttl=4999948
    """

  /// `INFO` of a replica, on 7003.
  static let replicaInfo = """
    # Server
    redis_version:6.2.14
    redis_build_id:dff95a8e7a99d269
    redis_mode:cluster
    os:Linux 6.1.0-37-amd64 x86_64
    process_id:9140
    process_supervised:no
    run_id:ee0bbad40441167a28fe7f6c9a795ec8f23fb271
    tcp_port:7003
    uptime_in_seconds:2
    executable:/usr/bin/redis-server
    config_file:/etc/redis/7003/redis.conf
    io_threads_active:0

    # Clients
    connected_clients:2
    blocked_clients:0

    # Memory
    used_memory:2615656
    used_memory_rss:5091328
    total_system_memory:25276502016
    maxmemory:0
    maxmemory_policy:noeviction

    # Persistence
    loading:0
    rdb_changes_since_last_save:6
    rdb_bgsave_in_progress:0
    rdb_last_save_time:1795217592
    rdb_last_bgsave_status:ok
    rdb_last_bgsave_time_sec:-1
    rdb_current_bgsave_time_sec:-1
    rdb_last_cow_size:0
    aof_enabled:1
    aof_rewrite_in_progress:0
    aof_rewrite_scheduled:0
    aof_last_rewrite_time_sec:0
    aof_current_rewrite_time_sec:-1
    aof_last_bgrewrite_status:ok
    aof_last_write_status:ok
    aof_last_cow_size:163840
    module_fork_in_progress:0
    aof_current_size:464
    aof_base_size:93

    # Stats
    total_connections_received:7
    total_commands_processed:22
    instantaneous_ops_per_sec:7
    sync_full:0
    sync_partial_ok:0
    sync_partial_err:0
    unexpected_error_replies:0
    total_error_replies:1

    # Replication
    role:slave
    master_host:127.0.0.1
    master_port:7001
    master_link_status:up
    master_last_io_seconds_ago:0
    master_sync_in_progress:0
    slave_read_repl_offset:362
    slave_repl_offset:362
    slave_priority:100
    slave_read_only:1
    replica_announced:1
    connected_slaves:0
    master_failover_state:no-failover
    master_replid:3d30664485d616c3fe0837d597f6d153bdbb705b
    master_replid2:0000000000000000000000000000000000000000
    master_repl_offset:362
    second_repl_offset:-1
    repl_backlog_active:1
    repl_backlog_size:1048576
    repl_backlog_first_byte_offset:1
    repl_backlog_histlen:362

    # CPU

    # Modules

    # Errorstats

    # Cluster
    cluster_enabled:1

    # Keyspace
    db0:keys=6,expires=1,avg_ttl=0
    """

  /// `CLUSTER INFO` of 7000.
  static let clusterInfo = """
    cluster_state:ok
    cluster_slots_assigned:16384
    cluster_slots_ok:16384
    cluster_slots_pfail:0
    cluster_slots_fail:0
    cluster_known_nodes:6
    cluster_size:3
    cluster_current_epoch:6
    cluster_my_epoch:1
    """

  /// `CLUSTER NODES` of 7000.
  static let clusterNodes = """
    82c9b3a3201337add0ad238621db6b71769cb2ca 127.0.0.1:7002@17002 master - 0 1795217594000 3 connected 10923-16383
    352350600042404cac0770c841e4cea6ac251a7d 127.0.0.1:7004@17004 slave 82c9b3a3201337add0ad238621db6b71769cb2ca 0 1795217594332 3 connected
    7364542d46634fa97b315fca7d02674110202c40 127.0.0.1:7003@17003 slave 3d8fac192817832d887c9f1f002d845129e41afe 0 1795217594634 2 connected
    55006a8173e1016e14fbd916c28578e6678863f5 127.0.0.1:7005@17005 slave dfce544fc81bee1b75fb0b6e97a5588e7adc2384 0 1795217594634 1 connected
    3d8fac192817832d887c9f1f002d845129e41afe 127.0.0.1:7001@17001 master - 0 1795217594634 2 connected 5461-10922
    dfce544fc81bee1b75fb0b6e97a5588e7adc2384 127.0.0.1:7000@17000 myself,master - 0 1795217594000 1 connected 0-5460
    """

  /// `CLUSTER NODES` of 7000 while slot 100 leaves it.
  static let openSlotFrom = """
    82c9b3a3201337add0ad238621db6b71769cb2ca 127.0.0.1:7002@17002 master - 0 1795217594000 3 connected 10923-16383
    352350600042404cac0770c841e4cea6ac251a7d 127.0.0.1:7004@17004 slave 82c9b3a3201337add0ad238621db6b71769cb2ca 0 1795217594332 3 connected
    7364542d46634fa97b315fca7d02674110202c40 127.0.0.1:7003@17003 slave 3d8fac192817832d887c9f1f002d845129e41afe 0 1795217594634 2 connected
    55006a8173e1016e14fbd916c28578e6678863f5 127.0.0.1:7005@17005 slave dfce544fc81bee1b75fb0b6e97a5588e7adc2384 0 1795217594634 1 connected
    3d8fac192817832d887c9f1f002d845129e41afe 127.0.0.1:7001@17001 master - 0 1795217594634 2 connected 5461-10922
    dfce544fc81bee1b75fb0b6e97a5588e7adc2384 127.0.0.1:7000@17000 myself,master - 0 1795217594000 1 connected 0-5460 [100->-3d8fac192817832d887c9f1f002d845129e41afe]
    """

  /// `CLUSTER NODES` of 7001 while slot 100 comes to it.
  static let openSlotTo = """
    7364542d46634fa97b315fca7d02674110202c40 127.0.0.1:7003@17003 slave 3d8fac192817832d887c9f1f002d845129e41afe 0 1795217594436 2 connected
    dfce544fc81bee1b75fb0b6e97a5588e7adc2384 127.0.0.1:7000@17000 master - 0 1795217594335 1 connected 0-5460
    55006a8173e1016e14fbd916c28578e6678863f5 127.0.0.1:7005@17005 slave dfce544fc81bee1b75fb0b6e97a5588e7adc2384 0 1795217594436 1 connected
    3d8fac192817832d887c9f1f002d845129e41afe 127.0.0.1:7001@17001 myself,master - 0 1795217594000 2 connected 5461-10922 [100-<-dfce544fc81bee1b75fb0b6e97a5588e7adc2384]
    82c9b3a3201337add0ad238621db6b71769cb2ca 127.0.0.1:7002@17002 master - 0 1795217594034 3 connected 10923-16383
    352350600042404cac0770c841e4cea6ac251a7d 127.0.0.1:7004@17004 slave 82c9b3a3201337add0ad238621db6b71769cb2ca 0 1795217594000 3 connected
    """

  /// `CLUSTER NODES` of 7000 after the replica on 7005 was killed.
  static let replicaDown = """
    82c9b3a3201337add0ad238621db6b71769cb2ca 127.0.0.1:7002@17002 master - 0 1795217598053 3 connected 10923-16383
    352350600042404cac0770c841e4cea6ac251a7d 127.0.0.1:7004@17004 slave 82c9b3a3201337add0ad238621db6b71769cb2ca 0 1795217598053 3 connected
    7364542d46634fa97b315fca7d02674110202c40 127.0.0.1:7003@17003 slave 3d8fac192817832d887c9f1f002d845129e41afe 0 1795217597651 2 connected
    55006a8173e1016e14fbd916c28578e6678863f5 127.0.0.1:7005@17005 slave,fail dfce544fc81bee1b75fb0b6e97a5588e7adc2384 1795217595639 1795217594634 1 disconnected
    3d8fac192817832d887c9f1f002d845129e41afe 127.0.0.1:7001@17001 master - 0 1795217598000 2 connected 5461-10922
    dfce544fc81bee1b75fb0b6e97a5588e7adc2384 127.0.0.1:7000@17000 myself,master - 0 1795217597000 1 connected 0-5460
    """

  /// `CLUSTER NODES` of a primary after another and its only replica were killed.
  static let primaryDown = """
    7364542d46634fa97b315fca7d02674110202c40 127.0.0.1:7003@17003 slave 3d8fac192817832d887c9f1f002d845129e41afe 0 1795217600375 2 connected
    dfce544fc81bee1b75fb0b6e97a5588e7adc2384 127.0.0.1:7000@17000 master,fail - 1795217598360 1795217597353 1 disconnected 0-5460
    55006a8173e1016e14fbd916c28578e6678863f5 127.0.0.1:7005@17005 slave,fail dfce544fc81bee1b75fb0b6e97a5588e7adc2384 1795217595343 1795217594436 1 disconnected
    3d8fac192817832d887c9f1f002d845129e41afe 127.0.0.1:7001@17001 myself,master - 0 1795217600000 2 connected 5461-10922
    82c9b3a3201337add0ad238621db6b71769cb2ca 127.0.0.1:7002@17002 master - 0 1795217601184 3 connected 10923-16383
    352350600042404cac0770c841e4cea6ac251a7d 127.0.0.1:7004@17004 slave 82c9b3a3201337add0ad238621db6b71769cb2ca 0 1795217601184 3 connected
    """

  /// `CLUSTER INFO` of the same moment.
  static let primaryDownInfo = """
    cluster_state:fail
    cluster_slots_assigned:16384
    cluster_slots_ok:10923
    cluster_slots_pfail:0
    cluster_slots_fail:5461
    cluster_known_nodes:6
    cluster_size:3
    cluster_current_epoch:6
    cluster_my_epoch:2
    """

  /// `CLIENT LIST` of 7000, without its counters.
  static let clients = """
    id=6 addr=127.0.0.1:33915 laddr=127.0.0.1:7000 fd=21 name= age=1 idle=0 flags=S db=0 cmd=replconf user=default
    id=217 addr=127.0.0.1:39466 laddr=127.0.0.1:7000 fd=10 name= age=0 idle=0 flags=N db=0 cmd=client user=default
    """
}
