(* Bobkov's functional inequality on the line: for f with four bounded derivatives and values in
   [a, 1 - a], I(E f) <= E sqrt (I(f)^2 + f'^2), where E is the expectation under the standard
   normal law and I = phi o Phi^{-1} is its isoperimetric profile.

   The proof follows E sqrt (I(A)^2 + A_x^2) along A = mean f th, from f at th = 0 to E f at
   th = pi/2, see BobkovFlow. *)
From Coq Require Import Reals.
From Coquelicot Require Import Coquelicot.
From ClassRadius Require Import Normal GaussianExpectation BobkovFlow.
From ClassRadius Require Export Profile.
Open Scope R_scope.

Theorem bobkov_inequality (f f1 f2 f3 f4 : R -> R) (a M : R) : 0 < a -> a < 1 / 2 ->
  (forall x, is_derive f x (f1 x)) -> (forall x, is_derive f1 x (f2 x)) ->
  (forall x, is_derive f2 x (f3 x)) -> (forall x, is_derive f3 x (f4 x)) ->
  (forall x, a <= f x <= 1 - a) ->
  (forall x, Rabs (f1 x) <= M) -> (forall x, Rabs (f2 x) <= M) ->
  (forall x, Rabs (f3 x) <= M) -> (forall x, Rabs (f4 x) <= M) ->
  profile (expectation f) <= expectation (fun x => sqrt (profile (f x) ^ 2 + f1 x ^ 2)).
Proof. intros. now apply (profile_of_expectation f f1 f2 f3 f4 a M). Qed.
