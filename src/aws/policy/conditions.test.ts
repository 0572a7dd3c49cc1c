import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { judgeConditions, type ConditionValues } from './conditions.ts';
import { parsePolicyDocument } from './policy-document.ts';

const VALUES: ConditionValues = new Map([
  ['aws:sourcearn', ['arn:aws:s3:::pictures']],
  ['aws:sourceaccount', ['111111111111']],
  ['aws:principalorgid', []],
  ['aws:tagkeys', ['Team', 'Stage']],
  ['lambda:invokedviafunctionurl', ['true']],
]);

function judge(condition: unknown): ReturnType<typeof judgeConditions> {
  const text = JSON.stringify({ Statement: { Effect: 'Allow', Action: '*', Resource: '*', Condition: condition } });
  return judgeConditions(parsePolicyDocument(text).statements[0]?.conditions ?? assert.fail(), VALUES);
}

suite('judgeConditions', () => {
  const cases: readonly (readonly [unknown, ReturnType<typeof judgeConditions>])[] = [
    [{}, 'holds'],
    [{ StringEquals: { 'aws:SourceAccount': '111111111111' } }, 'holds'],
    [{ StringEquals: { 'AWS:SourceAccount': ['2', '111111111111'] } }, 'holds'],
    [{ StringEquals: { 'aws:SourceAccount': '11111111111?' } }, 'fails'],
    [{ StringNotEquals: { 'aws:SourceAccount': '2' } }, 'holds'],
    [{ StringNotEquals: { 'aws:SourceAccount': ['2', '111111111111'] } }, 'fails'],
    [{ StringEqualsIgnoreCase: { 'aws:SourceArn': 'ARN:aws:s3:::PICTURES' } }, 'holds'],
    [{ StringLike: { 'aws:SourceAccount': '1111*' } }, 'holds'],
    [{ StringNotLike: { 'aws:SourceAccount': '1111*' } }, 'fails'],
    [{ ArnLike: { 'AWS:SourceArn': 'arn:aws:s3:::pict*' } }, 'holds'],
    [{ ArnEquals: { 'AWS:SourceArn': 'arn:aws:s3:::pict*' } }, 'holds'],
    [{ ArnLike: { 'AWS:SourceArn': 'arn:*:pictures' } }, 'fails'],
    [{ ArnLike: { 'AWS:SourceArn': 'arn:aws:s3:::other' } }, 'fails'],
    [{ ArnNotLike: { 'AWS:SourceArn': 'arn:aws:s3:::other' } }, 'holds'],
    [{ Bool: { 'lambda:InvokedViaFunctionUrl': 'True' } }, 'holds'],
    [{ Bool: { 'lambda:InvokedViaFunctionUrl': false } }, 'fails'],
    [{ Null: { 'aws:PrincipalOrgID': 'true' } }, 'holds'],
    [{ Null: { 'aws:SourceAccount': 'true' } }, 'fails'],
    // all must hold, and one that fails settles it
    [{ StringEquals: { 'aws:SourceAccount': '111111111111' }, ArnLike: { 'aws:SourceArn': 'arn:aws:s3:::x' } }, 'fails'],
    [{ StringEquals: { 'aws:SourceAccount': '2' }, IpAddress: { 'aws:SourceIp': '10.0.0.0/8' } }, 'fails'],
    // keys that the request does not have
    [{ StringEquals: { 'aws:PrincipalOrgID': 'o-1234567890' } }, 'fails'],
    [{ StringNotEquals: { 'aws:PrincipalOrgID': 'o-1234567890' } }, 'holds'],
    [{ StringEqualsIfExists: { 'aws:PrincipalOrgID': 'o-1234567890' } }, 'holds'],
    [{ 'ForAllValues:StringEquals': { 'aws:PrincipalOrgID': 'o-1234567890' } }, 'holds'],
    [{ 'ForAnyValue:StringNotEquals': { 'aws:PrincipalOrgID': 'o-1234567890' } }, 'fails'],
    // sets
    [{ 'ForAnyValue:StringEquals': { 'aws:TagKeys': ['Team', 'Other'] } }, 'holds'],
    [{ 'ForAllValues:StringEquals': { 'aws:TagKeys': ['Team', 'Other'] } }, 'fails'],
    [{ 'ForAllValues:StringEquals': { 'aws:TagKeys': ['Team', 'Stage'] } }, 'holds'],
    // what cannot be judged
    [{ StringEquals: { 'aws:RequestedRegion': 'us-east-1' } }, 'unknown'],
    [{ StringEqualsIfExists: { 'aws:RequestedRegion': 'us-east-1' } }, 'unknown'],
    [{ IpAddress: { 'aws:SourceAccount': '10.0.0.0/8' } }, 'unknown'],
    [{ Unheard: { 'aws:SourceAccount': '1' } }, 'unknown'],
    [{ StringEquals: { 'aws:SourceAccount': '${aws:PrincipalAccount}' } }, 'unknown'],
  ];
  for (const [condition, answer] of cases) {
    test(`${JSON.stringify(condition)} ${answer}`, () => assert.equal(judge(condition), answer));
  }
});
