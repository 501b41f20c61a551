"""An events file of TensorBoard, by Google's protobuf from the field numbers of event.proto and summary.proto; CRC-32C bit by bit."""
import json
import pathlib
import struct

from google.protobuf import descriptor_pb2, descriptor_pool, message_factory

file = descriptor_pb2.FileDescriptorProto(name='event.proto', package='tensorflow', syntax='proto3')
DOUBLE, FLOAT, INT64, STRING, MESSAGE = 1, 2, 3, 9, 11
for name, fields in {
    'Value': [('tag', 1, STRING), ('simple_value', 2, FLOAT)],
    'Summary': [('value', 1, MESSAGE, '.tensorflow.Value')],
    'Event': [('wall_time', 1, DOUBLE), ('step', 2, INT64), ('file_version', 3, STRING), ('summary', 5, MESSAGE, '.tensorflow.Summary')],
}.items():
    message = file.message_type.add(name=name)
    for field, number, kind, *of in fields:
        message.field.add(name=field, number=number, type=kind, label=3 if field == 'value' else 1, type_name=of[0] if of else None)
pool = descriptor_pool.DescriptorPool()
pool.Add(file)
Event = message_factory.MessageFactory(pool).GetPrototype(pool.FindMessageTypeByName('tensorflow.Event'))


def crc32c(data):
    crc = 0xFFFFFFFF
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = (crc >> 1) ^ (0x82F63B78 if crc & 1 else 0)
    return crc ^ 0xFFFFFFFF


assert crc32c(b'123456789') == 0xE3069283


def masked(data):
    crc = crc32c(data)
    return struct.pack('<I', ((crc >> 15 | crc << 17) + 0xA282EAD8) & 0xFFFFFFFF)


def record(event):
    data = event.SerializeToString()
    head = struct.pack('<Q', len(data))
    return head + masked(head) + data + masked(data)


first = Event(wall_time=1.5, file_version='brain.Event:2')
second = Event(wall_time=2.5, step=300)
second.summary.value.add(tag='loss/training', simple_value=0.25)
second.summary.value.add(tag='loss/validation', simple_value=float('nan'))
out = pathlib.Path(__file__).with_suffix('.json')
out.write_text(json.dumps({'events': (record(first) + record(second)).hex()}) + '\n')
