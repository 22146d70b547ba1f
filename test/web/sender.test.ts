import assert from 'node:assert/strict';
import { networkOf } from '../../server/web/sender.js';

describe('whose tries are counted together', () => {
  it('an IPv4 address by itself, however it is written', () => {
    for (const address of ['192.0.2.1', '::ffff:192.0.2.1', '::ffff:c000:201', '0:0:0:0:0:FFFF:192.0.2.1'])
      assert.equal(networkOf(address), '192.0.2.1', address);
    assert.notEqual(networkOf('::ffff:192.0.2.2'), networkOf('192.0.2.1'));
  });

  it('the IPv4 address behind a translator (NAT64), and of 6to4: all of them are not one client', () => {
    for (const address of [
      '64:ff9b::192.0.2.1',
      '64:ff9b::c000:201',
      '[64:ff9b::c000:201]:443',
      '64:FF9B:0:0:0:0:C000:0201',
      '64:ff9b:1::192.0.2.1',
      '64:ff9b:1:fffe::c000:201',
      '::ffff:0:192.0.2.1',
      '2002:c000:201::1',
      '2002:c000:201:ffff::1',
    ])
      assert.equal(networkOf(address), '192.0.2.1', address);
    assert.notEqual(networkOf('64:ff9b::192.0.2.2'), networkOf('64:ff9b::192.0.2.1'));
    // Beside the prefix: networks like any other.
    assert.equal(networkOf('64:ff9b:0:0:1::c000:201'), '64:ff9b:0:0::/64');
    assert.equal(networkOf('64:ff9c::c000:201'), '64:ff9c:0:0::/64');
  });

  it('an IPv6 address with its whole /64, however it is written', () => {
    const network = networkOf('2001:db8:1:2::1');
    for (const address of [
      '2001:db8:1:2:ffff:ffff:ffff:ffff',
      '2001:0DB8:0001:0002:0000:0000:0000:0001',
      '2001:db8:1:2:0:5efe:192.0.2.1',
      '2001:db8:1:2::%eth0',
    ])
      assert.equal(networkOf(address), network, address);
    assert.notEqual(networkOf('2001:db8:1:3::1'), network);
    assert.notEqual(networkOf('2001:db8::1'), networkOf('2001:db8:0:1::1'));
    assert.equal(networkOf('::1'), '0:0:0:0::/64');
  });

  it('an address by itself where a proxy tells its port, which is another one each time', () => {
    assert.equal(networkOf('192.0.2.1:443'), '192.0.2.1');
    for (const address of ['[2001:db8:1:2::1]:50123', '[2001:db8:1:2::1]'])
      assert.equal(networkOf(address), networkOf('2001:db8:1:2::1'));
    assert.equal(networkOf('[::ffff:192.0.2.1]:443'), '192.0.2.1');
  });

  it('what is no address as it is', () => {
    assert.equal(networkOf(''), '');
    assert.equal(networkOf('unix'), 'unix');
  });
});
