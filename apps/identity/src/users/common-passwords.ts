// The passwords of eight characters and more that head every published list of leaked ones. Shorter ones are refused for
// their length. Compared in lower case, without what people put at the end of them.
const list = `
password passw0rd password1 password12 password123 password1234 p@ssw0rd p@ssword pa$$word pa55word passwort
12345678 123456789 1234567890 0123456789 12345678910 123123123 1234512345 123456123 12341234 123321123 112233445566
87654321 987654321 9876543210 11111111 111111111 1111111111 00000000 000000000 22222222 33333333 44444444 55555555
66666666 77777777 88888888 99999999 12121212 21212121 11223344 11112222 01010101 10101010 123454321 147258369 159753159
963852741 741852963 789456123 456789123 147852369 14725836 13572468 24681357 31415926 27182818 19841984 20202020
qwertyui qwertyuiop qwerty12 qwerty123 qwerty1234 qwertz123 qwertzui qwertzuiop azertyui azertyuiop asdfghjk asdfghjkl
asdfasdf asdf1234 zxcvbnm1 zxcvbnm123 zxcvbnm, 1q2w3e4r 1q2w3e4r5t 1q2w3e4r5t6y q1w2e3r4 q1w2e3r4t5 1qaz2wsx 1qazxsw2
zaq12wsx zaq1zaq1 1qaz1qaz qazwsxedc qazwsx123 qweasdzxc qwe12345 qweasd123 qweqweqwe asdqwe123 123qweasd 123qwe123
qwerasdf poiuytrewq lkjhgfdsa mnbvcxz1 abcdefgh abcdefghi abcd1234 abcd12345 abc12345 abc123456 abcabcabc aaaaaaaa
aa123456 aa12345678 a1234567 a12345678 a123456789 a1b2c3d4 a1s2d3f4 1a2b3c4d zzzzzzzz xxxxxxxx
iloveyou iloveyou1 iloveyou2 iloveu123 ilovegod letmein1 letmein123 letmein12 letmeinnow welcome1 welcome12 welcome123
welcome1234 changeme changeme1 changeme123 trustno1 whatever whatever1 sunshine sunshine1 princess princess1 football
football1 baseball baseball1 basketball superman superman1 spiderman batman123 dragon123 monkey123 shadow123 master123
michael1 michelle jennifer jessica1 jordan23 jonathan benjamin alexander alexandra christian elizabeth charlie1 samantha
victoria danielle nicholas starwars starwars1 computer computer1 internet internet1 chocolate butterfly liverpool
liverpool1 chelsea1 arsenal1 barcelona realmadrid juventus manchester corvette mercedes mustang1 ferrari1 porsche1
harley123 yamaha123 pokemon1 pokemon123 nintendo minecraft warcraft hello123 hello1234 hellohello goodluck godbless
blessing blessed1 jesus123 jesuschrist precious beautiful sweetheart lovelove loveyou1 forever1 fuckyou1 fuckyou123
test1234 test12345 testtest testing1 testing123 tester123 temp1234 temppass default1 example1 sample123 guest123
admin123 admin1234 admin12345 administrator adminadmin root1234 rootroot toor1234 user1234 username secret123
secretsecret access14 access123 pass1234 pass12345 passpass passcode mypassword newpassword yourpassword thepassword
security security1 letmein! qwerty!@ !qaz2wsx !@#$%^&* !@#$%^&*( samsung1 samsung123 google123 facebook facebook1
linkedin myspace1 microsoft windows1 windows10 apple123 iphone123 android1 summer2020 summer2021 summer2022 summer2023
summer2024 summer2025 summer123 winter2020 winter2021 winter2022 winter2023 winter2024 winter2025 winter123 spring2024
spring2025 autumn2024 autumn2025 january1 february september october1 november december monday123 friday123
correcthorsebatterystaple marlboro1 cocacola snickers1 mercury1 midnight rainbow1 diamond1 scorpion phoenix1 thunder1
gateway1 maverick hardcore guitar123 metallica slipknot blink182 nirvana1 eminem123 rockstar rockyou1 rockyou123
87654321a asdasdasd asdasd123 zxczxczxc qazqazqaz q1q1q1q1 w1w2w3w4 1234qwer 12345qwert 123456qwe 12345abc 123456abc
123456aa 123456789a 1234567a 12345678a 123456789q 1234567q 123abc123 1234abcd 147147147 159159159 258258258 321321321
456456456 789789789 741741741 963963963 100200300 102030405060 10203040 20102010 20112011 20122012 19901990 19871987
`;

const passwords = new Set(list.split(/\s+/));

/** True for a password that is among the first that anybody would guess. */
export function isCommonPassword(password: string): boolean {
  const lower = password.toLowerCase();
  return passwords.has(lower) || passwords.has(lower.replace(/[!?.*#$@]+$/, ""));
}
