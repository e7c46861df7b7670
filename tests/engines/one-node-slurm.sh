#!/usr/bin/env bash
# A Slurm of one node on loopback, from Debian's packages slurm-wlm and munge, for root. It starts munged, slurmctld
# and slurmd with all their files in a folder, and ends them again.
#
#   one-node-slurm.sh start FOLDER     then SLURM_CONF=FOLDER/slurm.conf sinfo
#   one-node-slurm.sh stop FOLDER
set -euo pipefail
action=$1
folder=$(realpath -m "$2")
export SLURM_CONF=$folder/slurm.conf

# End a daemon by the id in its file, and return when it is gone.
end() {
    [ -s "$1" ] || return 0
    local id
    id=$(cat "$1")
    kill "$id" 2>/dev/null || return 0
    for _ in $(seq 50); do
        kill -0 "$id" 2>/dev/null || return 0
        sleep 0.1
    done
    kill -9 "$id"
}

if [ "$action" = stop ]; then
    scancel --full --user=root 2>/dev/null || true
    for daemon in slurmd slurmctld munged; do end "$folder/$daemon.pid"; done
    exit
fi

# munged needs a folder that other users cannot change. The folder of its socket must be open to every user.
mkdir -p "$folder"/{munge,state,spool}
chmod 711 "$folder" "$folder/munge"
head -c 1024 /dev/urandom >"$folder/munge/key"
chmod 600 "$folder/munge/key"
host=$(hostname -s)
processors=$(nproc)
cat >"$SLURM_CONF" <<CONF
ClusterName=one
SlurmctldHost=$host(127.0.0.1)
NodeName=$host NodeAddr=127.0.0.1 CPUs=$processors RealMemory=4000
PartitionName=all Nodes=$host Default=YES MaxTime=60 State=UP
AuthType=auth/munge
AuthInfo=socket=$folder/munge/socket
CredType=cred/munge
SlurmUser=root
SlurmctldPort=16817
SlurmdPort=16818
SlurmctldPidFile=$folder/slurmctld.pid
SlurmdPidFile=$folder/slurmd.pid
SlurmctldLogFile=$folder/slurmctld.log
SlurmdLogFile=$folder/slurmd.log
StateSaveLocation=$folder/state
SlurmdSpoolDir=$folder/spool
SwitchType=switch/none
MpiDefault=none
ProctrackType=proctrack/pgid
TaskPlugin=task/none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
SchedulerParameters=batch_sched_delay=1,sched_interval=1
ReturnToService=2
KillWait=2
MinJobAge=10
AccountingStorageType=accounting_storage/none
JobAcctGatherType=jobacct_gather/none
JobCompType=jobcomp/none
CONF

munged --force --socket="$folder/munge/socket" --key-file="$folder/munge/key" --pid-file="$folder/munged.pid" \
    --log-file="$folder/munged.log" --seed-file="$folder/munge/seed"
slurmctld -c
slurmd -N "$host"
for _ in $(seq 100); do
    [ "$(sinfo --noheader --format=%T 2>/dev/null)" != idle ] || exit 0
    sleep 0.2
done
tail -n 20 "$folder"/*.log
sinfo || true
exit 1
