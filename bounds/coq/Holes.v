(* The bound where the classes leave holes.

   q_i are raw masses, c = sum q_i <= 1. Points of K_i at distance >= eta from all other classes lie in
   the erosion by eta of the complement of the other classes, whose mass is 1 - c + q_i; so the
   isoperimetric inequality gives T_i(eta) <= min(q_i, Phi(Phi^{-1}(1 - c + q_i) - eta)). That is the
   hypothesis [eroded]; the conclusion is
   E[r | covered] <= (1/c) sum [ q_i Phi^{-1}(1 - c + q_i) + phi(Phi^{-1}(q_i)) ]. *)
From Coq Require Import Reals Lra Psatz List.
From Coquelicot Require Import Coquelicot.
From ClassRadius Require Import Gamma Normal Tail TalkTheorem.
Open Scope R_scope.

Definition eroded (c : R) (k : class) : Prop :=
  (forall eta, 0 <= eta -> tail k eta <= mass k) /\
  (forall eta, 0 <= eta -> tail k eta <= Phi (Phi_inv (1 - c + mass k) - eta)) /\
  is_RInt_gen (tail k) (at_point 0) (Rbar_locally p_infty) (contribution k).

Definition holes_term (c q : R) : R := q * Phi_inv (1 - c + q) + phi (Phi_inv q).

Lemma class_with_holes (c : R) (k : class) : 0 < mass k -> mass k < c -> c <= 1 -> eroded c k ->
  contribution k <= holes_term c (mass k).
Proof.
  intros M L C [H1 [H2 I]]. unfold holes_term.
  apply (capped_contribution_le (tail k) (mass k) (Phi_inv (mass k)) (Phi_inv (1 - c + mass k)));
    trivial.
  - destruct (Req_dec c 1) as [->|N].
    + replace (1 - 1 + mass k) with (mass k) by ring. lra.
    + left. apply Phi_inv_incr; lra.
  - apply Phi_inv_spec. lra.
Qed.

Theorem holes_theorem (c : R) (l : list class) : c <= 1 -> 0 < c ->
  (forall k, In k l -> 0 < mass k < c /\ eroded c k) -> sum (masses l) = c ->
  expected_radius l / c <= sum_of (holes_term c) (masses l) / c.
Proof.
  intros C1 C0 H _. apply Rmult_le_compat_r; [left; now apply Rinv_0_lt_compat|].
  unfold expected_radius, masses. induction l as [|k l IH]; simpl; [lra|].
  destruct (H k (or_introl eq_refl)) as [M I].
  assert (A := class_with_holes c k (proj1 M) (proj2 M) C1 I).
  specialize (IH (fun d D => H d (or_intror D))). lra.
Qed.

(* Without holes the term is f(q). *)
Theorem holes_term_without_holes (q : R) : 0 < q < 1 -> holes_term 1 q = integrated_tail q.
Proof.
  intro H. unfold holes_term, integrated_tail. now replace (1 - 1 + q) with q by ring.
Qed.

(* Two opposed halfspaces {x < -t}, {x > t}: each has mass q = Q t, c = 2 q, and the bound is
   lam t + t = E[x - (-t) | x > t], what the halfspaces attain. *)
Theorem holes_equality (t : R) :
  (holes_term (2 * Q t) (Q t) + holes_term (2 * Q t) (Q t)) / (2 * Q t) = lam t + t.
Proof.
  assert (H := Q_pos t). unfold holes_term.
  replace (1 - 2 * Q t + Q t) with (Phi t) by (rewrite Phi_Q; ring).
  rewrite Phi_inv_Phi. rewrite <- (Phi_opp t), Phi_inv_Phi, phi_sym, Phi_opp.
  unfold lam. field. lra.
Qed.
